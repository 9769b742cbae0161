package io.denim.ca.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.identity.Certificate;
import io.denim.identity.SubjectKey;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Requests to a CA over HTTP (fabric-ca v1.5 lib/client.go). Used by one thread.
final class CaConnection implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MOST_ANSWER_BYTES = 256 * 1024 * 1024;

  private final String root;
  private final HttpClient http;

  private CaConnection(String root, HttpClient http) {
    this.root = root;
    this.http = http;
  }

  /// Connects with the first request.
  ///
  /// @throws ClientException if the TLS settings are not usable
  static CaConnection open(ClientSettings settings, ClientLog log)
      throws ClientException, IOException {
    HttpClient.Builder http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10));
    if (settings.url().getScheme().equals("https")) {
      log.info("TLS Enabled");
      try {
        http.sslContext(tls(settings.tls()).javaContext());
      } catch (TlsConfigurationException e) {
        throw new ClientException(
            "Failed to get client TLS config: " + e.getMessage() + ": " + reason(e), e);
      }
    }
    String text = settings.url().toString();
    return new CaConnection(
        text.endsWith("/") ? text.substring(0, text.length() - 1) : text, http.build());
  }

  private static ClientTls tls(ClientSettings.Tls tls) throws ClientException, IOException {
    if (tls.roots().isEmpty()) {
      throw new ClientException(
          "Failed to get client TLS config: No trusted root certificates for TLS were provided");
    }
    List<ByteString> roots = new ArrayList<>();
    for (Path root : tls.roots()) {
      if (!Files.exists(root)) {
        throw new ClientException(
            "Failed to get client TLS config: Failed to read '" + root + "': no such file");
      }
      roots.add(ByteString.copyFrom(Files.readAllBytes(root)));
    }
    Optional<TlsKeyPair> pair = Optional.empty();
    if (tls.certificate().isPresent() && tls.key().isPresent()) {
      pair =
          Optional.of(
              new TlsKeyPair(
                  ByteString.copyFrom(Files.readAllBytes(tls.certificate().get())),
                  ByteString.copyFrom(Files.readAllBytes(tls.key().get()))));
    }
    return new ClientTls(roots, pair, Optional.empty());
  }

  /// A key and its certificate, which together sign requests.
  record Credential(Certificate certificate, SubjectKey key) {}

  /// Sends a request with name and secret.
  JsonNode login(String endpoint, JsonNode body, ClientSettings.Login login)
      throws ClientException, InterruptedException {
    String pair = login.name() + ":" + login.secret();
    return send(
        "POST",
        endpoint,
        body.toString(),
        Optional.of("Basic " + base64(pair.getBytes(StandardCharsets.UTF_8))));
  }

  /// Sends a request that the credential signs.
  ///
  /// @param body empty text for none
  JsonNode signed(String method, String endpoint, String body, Credential credential)
      throws ClientException, InterruptedException {
    String uri = URI.create(root + "/" + endpoint).getRawPath();
    String query = URI.create(root + "/" + endpoint).getRawQuery();
    String certificate = base64(credential.certificate().pem().toByteArray());
    String signed =
        String.join(
            ".",
            method,
            base64((query == null ? uri : uri + "?" + query).getBytes(StandardCharsets.UTF_8)),
            base64(body.getBytes(StandardCharsets.UTF_8)),
            certificate);
    ByteString signature = credential.key().sign(ByteString.copyFromUtf8(signed));
    return send(
        method, endpoint, body, Optional.of(certificate + "." + base64(signature.toByteArray())));
  }

  /// Sends a request that anybody may.
  JsonNode open(String endpoint, JsonNode body) throws ClientException, InterruptedException {
    return send("POST", endpoint, body.toString(), Optional.empty());
  }

  private JsonNode send(String method, String endpoint, String body, Optional<String> authorization)
      throws ClientException, InterruptedException {
    String where = root + "/" + endpoint;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(where))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    authorization.ifPresent(value -> request.header("Authorization", value));
    try {
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      byte[] answer;
      try (InputStream in = response.body()) {
        answer = in.readNBytes(MOST_ANSWER_BYTES);
      }
      return result(response.statusCode(), answer);
    } catch (IOException e) {
      throw new ClientException(
          method + " failure of request: " + method + " " + where + ": " + reason(e), e);
    }
  }

  private static JsonNode result(int status, byte[] answer) throws ClientException {
    JsonNode envelope;
    try {
      envelope = JSON.readTree(answer);
    } catch (IOException e) {
      envelope = JSON.createObjectNode();
    }
    StringBuilder errors = new StringBuilder();
    for (JsonNode error : envelope.path("errors")) {
      errors
          .append("Error Code: ")
          .append(error.path("code").asInt())
          .append(" - ")
          .append(error.path("message").asText())
          .append('\n');
    }
    if (!errors.isEmpty()) {
      throw new ClientException("Response from server: " + errors);
    }
    if (status >= 400) {
      throw new ClientException(
          "failed with server status code "
              + status
              + ": "
              + new String(answer, 0, Math.min(answer.length, 1000), StandardCharsets.UTF_8));
    }
    return envelope.path("result");
  }

  /// The innermost reason that says anything.
  private static String reason(Throwable failure) {
    String text = failure.getClass().getSimpleName();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each.getMessage() != null) {
        text = each.getMessage();
      }
    }
    return text;
  }

  /// A body's text.
  static JsonNode parse(String json) throws ClientException {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ClientException("Invalid value for --json option: " + e.getOriginalMessage(), e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
