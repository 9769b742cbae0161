package io.denim.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OperationsServerTest {
  private final Metrics metrics = new Metrics();
  private final HttpClient client = HttpClient.newHttpClient();
  private OperationsServer server;

  @BeforeEach
  void start() throws Exception {
    metrics
        .gauge(MetricName.of("ledger_blockchain_height", "Height.", "channel"))
        .series("c")
        .set(3);
    server =
        OperationsServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new OperationsServer.Exposed(
                "v3.1.5", Optional.of(metrics), Logging.start(Map.of(), "warn")));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void healthNamesTheComponentThatFails() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(get("/healthz").body()).contains("\"status\":\"OK\"");

    server.check("couchdb", () -> Optional.of("connection refused"));

    assertThat(get("/healthz").statusCode()).isEqualTo(503);
    assertThat(get("/healthz").body())
        .contains("\"status\":\"Service Unavailable\"")
        .contains("{\"component\":\"couchdb\",\"reason\":\"connection refused\"}");
  }

  @Test
  void metricsAndVersion() throws Exception {
    assertThat(get("/metrics").body()).contains("ledger_blockchain_height{channel=\"c\"} 3");
    assertThat(get("/version").body()).contains("\"Version\":\"v3.1.5\"");
  }

  @Test
  void levelsChangeWhileTheNodeRuns() throws Exception {
    assertThat(put("{\"spec\":\"gossip=debug:warn\"}").statusCode()).isEqualTo(204);
    assertThat(get("/logspec").body()).isEqualTo("{\"spec\":\"gossip=debug:warn\"}\n");

    HttpResponse<String> refused = put("{\"spec\":\"loud\"}");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("invalid logging specification 'loud': bad segment 'loud'");
    assertThat(put("nonsense").statusCode()).isEqualTo(400);
    assertThat(put("").statusCode()).isEqualTo(400);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> put(String body) throws Exception {
    return client.send(
        request("/logspec").PUT(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://localhost:" + server.address().getPort() + path));
  }
}
