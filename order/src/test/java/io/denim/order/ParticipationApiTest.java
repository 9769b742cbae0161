package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.denim.metrics.Metrics;
import io.denim.metrics.PrometheusText;
import io.denim.node.HttpService;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An administrator's HTTP requests to one orderer.
@Timeout(60)
class ParticipationApiTest {
  private static final int MAX_BYTES = 100_000;

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final Metrics metrics = new Metrics();
  private ChannelRegistrar registrar;
  private HttpService http;

  @BeforeEach
  void serve() throws Exception {
    OrdererRig rig = new OrdererRig(folder);
    registrar = rig.open();
    ParticipationMetrics.register(metrics, registrar);
    var api = new ParticipationApi(registrar, new JoinBlocks(rig.verifier), MAX_BYTES);
    http =
        HttpService.bind(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty());
    http.handle(ParticipationApi.BASE, true, api::handle);
    http.start();
  }

  @AfterEach
  void stop() {
    client.close();
    http.close();
    registrar.close();
  }

  @Test
  void aChannelIsJoinedShownReadAndRemoved() throws Exception {
    assertThat(json(get("channels"))).hasToString("{\"systemChannel\":null,\"channels\":null}");
    HttpResponse<byte[]> joined = join();
    assertThat(joined.statusCode()).isEqualTo(201);
    assertThat(joined.headers().firstValue("Location")).contains("/participation/v1/channels/ch");
    assertThat(PrometheusText.of(metrics))
        .contains(
            "participation_consensus_relation{channel=\"ch\"} 1\n",
            "participation_status{channel=\"ch\"} 1\n",
            "ledger_blockchain_height{channel=\"ch\"} 1\n");
    assertThat(join().statusCode()).as("twice").isEqualTo(405);
    assertThat(json(get("channels/ch")).get("height").asLong()).isEqualTo(1);
    assertThat(json(get("channels/ch")).get("consensusRelation").asText()).isEqualTo("consenter");
    assertThat(json(get("channels")).at("/channels/0/name").asText()).isEqualTo("ch");
    assertThat(Block.parseFrom(get("channels/ch/blocks/newest").body()))
        .isEqualTo(OrdererRig.genesis());

    assertThat(send(request("channels/ch").DELETE()).statusCode()).isEqualTo(204);
    assertThat(send(request("channels/ch").DELETE()).statusCode()).isEqualTo(404);
    assertThat(get("channels/ch").statusCode()).isEqualTo(404);
    assertThat(PrometheusText.of(metrics)).doesNotContain("channel=\"ch\"");
  }

  @ParameterizedTest
  @CsvSource({
    "oldest, 200",
    "config, 200",
    "0, 200",
    "1, 404",
    "4294967295, 404",
    "9223372036854775808, 404",
    "18446744073709551615, 404",
    "18446744073709551616, 400",
    "-1, 400",
    "+0, 400",
    "first, 400"
  })
  void blocksAreFoundByTheirNumberAlone(String id, int status) throws Exception {
    join();
    assertThat(get("channels/ch/blocks/" + id).statusCode()).isEqualTo(status);
  }

  @Test
  void whatIsNotUnderstoodIsNamed() throws Exception {
    assertThat(get("channels/No%20Channel").statusCode()).isEqualTo(400);
    assertThat(get("channels/nothere/blocks/0").statusCode()).isEqualTo(404);
    assertThat(get("nothing").statusCode()).isEqualTo(404);
    assertThat(send(request("channels").header("Accept", "text/plain").GET()).statusCode())
        .isEqualTo(406);
    HttpResponse<byte[]> patch = send(request("channels").method("PATCH", BodyPublishers.noBody()));
    assertThat(patch.statusCode()).isEqualTo(405);
    assertThat(patch.headers().firstValue("Allow")).contains("GET, POST, PUT");
    assertThat(reason(send(request("channels").POST(BodyPublishers.ofString("x")))))
        .isEqualTo("unsupported Content-Type: []");
    assertThat(reason(post("config-block", new byte[MAX_BYTES])))
        .contains("request body too large");
    assertThat(reason(post("other", new byte[10])))
        .isEqualTo("form does not contains part key: config-block");
    assertThat(reason(post("config-block", new byte[] {7, 7})))
        .startsWith("cannot unmarshal file part config-block into a block");
    assertThat(reason(post("config-block", new byte[0]))).startsWith("invalid join block");
    assertThat(registrar.names()).isEmpty();
  }

  private HttpResponse<byte[]> join() throws Exception {
    return post("config-block", OrdererRig.genesis().toByteArray());
  }

  private HttpResponse<byte[]> post(String key, byte[] content) throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ("--b\r\nContent-Disposition: form-data; name=\"" + key + "\"; filename=\"f\"\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(content);
    body.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
    return send(
        request("channels")
            .header("Content-Type", "multipart/form-data; boundary=b")
            .POST(BodyPublishers.ofByteArray(body.toByteArray())));
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return send(request(path).GET());
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://localhost:" + http.address().getPort() + ParticipationApi.BASE + path));
  }

  private static JsonNode json(HttpResponse<byte[]> response) throws Exception {
    return new ObjectMapper().readTree(response.body());
  }

  private static String reason(HttpResponse<byte[]> response) throws Exception {
    assertThat(response.statusCode()).isEqualTo(400);
    return json(response).get("error").asText();
  }
}
