package io.denim.cli;

import com.google.protobuf.ByteString;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// An orderer's channel participation API from the client's side, what `osnadmin` does (fabric
/// v3.1.5 internal/osnadmin). Safe for use by any thread.
public final class ParticipationClient implements AutoCloseable {
  private static final String CHANNELS = "/participation/v1/channels";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http;
  private final String base;

  /// @param address `host:port`
  /// @param tls absent for plain text
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public ParticipationClient(String address, Optional<ClientTls> tls)
      throws TlsConfigurationException {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
    if (tls.isPresent()) {
      builder.sslContext(tls.get().javaContext());
    }
    this.http = builder.build();
    this.base = (tls.isPresent() ? "https://" : "http://") + address + CHANNELS;
  }

  /// What the orderer answered.
  ///
  /// @param body JSON, or a serialized block
  public record Answer(int status, ByteString body) {
    public String text() {
      return body.toStringUtf8();
    }
  }

  /// All channels.
  public Answer list() throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(base)).GET());
  }

  /// One channel.
  public Answer show(String channelId) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(channel(channelId)).GET());
  }

  /// Joins the channel that a config block describes.
  public Answer join(ByteString configBlock) throws IOException, InterruptedException {
    return sendForm("POST", "config-block", configBlock);
  }

  /// Updates a channel's configuration.
  public Answer update(ByteString configUpdateEnvelope) throws IOException, InterruptedException {
    return sendForm("PUT", "config-update-envelope", configUpdateEnvelope);
  }

  /// Leaves a channel.
  public Answer remove(String channelId) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(channel(channelId)).DELETE());
  }

  /// A block: `newest`, `oldest`, `config` or a number.
  public Answer block(String channelId, String blockId) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(channel(channelId) + "/blocks/" + blockId)).GET());
  }

  private URI channel(String channelId) {
    return URI.create(base + "/" + channelId);
  }

  private Answer sendForm(String method, String key, ByteString file)
      throws IOException, InterruptedException {
    String boundary = UUID.randomUUID().toString();
    ByteArrayOutputStream body = new ByteArrayOutputStream(file.size() + 512);
    body.writeBytes(
        ascii(
            "--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\""
                + key
                + "\"; filename=\""
                + key
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"));
    file.writeTo(body);
    body.writeBytes(ascii("\r\n--" + boundary + "--\r\n"));
    return send(
        HttpRequest.newBuilder(URI.create(base))
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpRequest built = request.timeout(PATIENCE).build();
    HttpResponse<byte[]> response;
    try {
      response = http.send(built, HttpResponse.BodyHandlers.ofByteArray());
    } catch (ConnectException e) {
      String method = built.method();
      throw new ConnectException(
          method.charAt(0)
              + method.substring(1).toLowerCase(Locale.ROOT)
              + " \""
              + built.uri()
              + "\": dial tcp "
              + built.uri().getAuthority()
              + ": connect: connection refused");
    }
    return new Answer(response.statusCode(), ByteString.copyFrom(response.body()));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
