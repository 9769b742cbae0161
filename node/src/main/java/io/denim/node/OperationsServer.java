package io.denim.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.denim.metrics.Metrics;
import io.denim.metrics.PrometheusText;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// The operations service of a node: `/healthz`, `/metrics`, `/logspec` and `/version` (fabric
/// v3.1.5 core/operations/system.go). With TLS, what changes or reveals the node's inside asks for
/// a client certificate, while health and version do not.
public final class OperationsServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_SPEC_BYTES = 64 * 1024;

  private final Map<String, HealthCheck> checks = new ConcurrentSkipListMap<>();
  private final HttpService http;

  /// Says what is wrong with one component, empty if nothing is.
  @FunctionalInterface
  public interface HealthCheck {
    Optional<String> problem();
  }

  /// What a node shows of itself.
  ///
  /// @param metrics absent where `/metrics` is not served (statsd or none)
  public record Exposed(String version, Optional<Metrics> metrics, Logging logging) {}

  private OperationsServer(HttpService http) {
    this.http = http;
  }

  /// Starts to listen.
  ///
  /// @throws IOException if the address cannot be bound
  public static OperationsServer start(
      InetSocketAddress listen, Optional<ServerTls> tls, Exposed exposed) throws IOException {
    HttpService http = HttpService.bind(listen, tls);
    OperationsServer server = new OperationsServer(http);
    http.handle("/healthz", false, server::health);
    http.handle("/version", false, exchange -> version(exchange, exposed.version()));
    http.handle("/logspec", true, exchange -> loggingSpec(exchange, exposed.logging()));
    exposed.metrics().ifPresent(metrics -> http.handle("/metrics", true, metricsHandler(metrics)));
    http.start();
    return server;
  }

  /// Adds a component to what `/healthz` asks.
  public void check(String component, HealthCheck check) {
    checks.put(component, check);
  }

  /// Uses other certificates from the next connection on.
  ///
  /// @throws TlsConfigurationException if they are not usable; the old ones stay
  void reload(ServerTls tls) throws TlsConfigurationException {
    http.reload(tls);
  }

  public InetSocketAddress address() {
    return http.address();
  }

  @Override
  public void close() {
    http.close();
  }

  private void health(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("GET")) {
      HttpService.respond(exchange, 405, "", "");
      return;
    }
    List<Map<String, String>> failed = new ArrayList<>();
    checks.forEach((component, check) ->
        check
            .problem()
            .ifPresent(reason -> failed.add(ordered("component", component, "reason", reason))));
    var node = JSON.createObjectNode();
    node.put("status", failed.isEmpty() ? "OK" : "Service Unavailable");
    node.put(
        "time",
        OffsetDateTime.now(ZoneId.systemDefault()).format(DateTimeFormatter.ISO_OFFSET_DATE_TIME));
    if (!failed.isEmpty()) {
      node.set("failed_checks", JSON.valueToTree(failed));
    }
    HttpService.respondJson(exchange, failed.isEmpty() ? 200 : 503, node);
  }

  private static void version(HttpExchange exchange, String version) throws IOException {
    HttpService.respondJson(
        exchange, 200, JSON.valueToTree(ordered("CommitSHA", "", "Version", version)));
  }

  private static HttpHandler metricsHandler(Metrics metrics) {
    return exchange ->
        HttpService.respond(exchange, 200, PrometheusText.CONTENT_TYPE, PrometheusText.of(metrics));
  }

  private static void loggingSpec(HttpExchange exchange, Logging logging) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "GET" -> HttpService.respondJson(exchange, 200, object("spec", logging.spec()));
      case "PUT" -> changeSpec(exchange, logging);
      default ->
          HttpService.respondJson(
              exchange,
              400,
              object("error", "invalid request method: " + exchange.getRequestMethod()));
    }
  }

  private static void changeSpec(HttpExchange exchange, Logging logging) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_SPEC_BYTES);
    try {
      JsonNode request = JSON.readTree(body);
      if (request == null || !request.isObject()) {
        throw new IllegalArgumentException("a JSON object with a field \"spec\" is expected");
      }
      logging.activate(LoggingSpec.parse(request.path("spec").asText("")));
      HttpService.respond(exchange, 204, "", "");
    } catch (IOException | IllegalArgumentException e) {
      HttpService.respondJson(exchange, 400, object("error", String.valueOf(e.getMessage())));
    }
  }

  private static JsonNode object(String name, String value) {
    return JSON.createObjectNode().put(name, value);
  }

  private static Map<String, String> ordered(String a, String x, String b, String y) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put(a, x);
    map.put(b, y);
    return map;
  }
}
