package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.sun.net.httpserver.HttpExchange;
import io.denim.node.HttpService;
import io.denim.wire.ServerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fabric's CA over HTTP: one or more CAs at one address, the first of which is asked where a
/// request names none (fabric-ca v1.5 lib/server.go, lib/serverendpoint.go). A CA is opened by the
/// first request for it. Safe for use by any thread.
public final class CaServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CaServer.class);
  private static final String PREFIX = "/api/v1/";
  private static final int MOST_BODY_BYTES = 1024 * 1024;
  private static final int CREATED = 201;
  private static final int OK = 200;

  private final Map<String, CaSettings> settings = new LinkedHashMap<>();
  private final String first;
  private final InstantSource clock;
  private final ReentrantLock opening = new ReentrantLock();
  private final Map<String, Ca> open = new HashMap<>(); // guarded by opening
  private final Registries registries = new Registries(); // guarded by opening
  private final List<HttpService> listeners;

  private CaServer(List<CaSettings> cas, InstantSource clock, List<HttpService> listeners) {
    cas.forEach(each -> settings.put(each.name(), each));
    this.first = cas.getFirst().name();
    this.clock = clock;
    this.listeners = List.copyOf(listeners);
  }

  /// Starts to listen.
  ///
  /// @param cas at least one
  /// @throws IOException if the address cannot be bound
  public static CaServer start(
      InetSocketAddress listen, Optional<ServerTls> tls, List<CaSettings> cas, InstantSource clock)
      throws IOException {
    return start(List.of(HttpService.bind(listen, tls)), cas, clock);
  }

  /// Starts at addresses that are bound already.
  static CaServer start(List<HttpService> listeners, List<CaSettings> cas, InstantSource clock) {
    CaServer server = new CaServer(cas, clock, listeners);
    for (HttpService http : listeners) {
      http.handle("/", false, server::serve);
      http.start();
    }
    return server;
  }

  /// Opens all CAs now, so that what is wrong with them is told at once.
  ///
  /// @throws IOException if one of them cannot be used
  public void openAll() throws IOException {
    for (String name : settings.keySet()) {
      opened(name);
    }
  }

  public InetSocketAddress address() {
    return listeners.getFirst().address();
  }

  @Override
  public void close() {
    listeners.forEach(HttpService::close);
    opening.lock();
    try {
      open.clear();
      registries.close();
    } catch (IOException e) {
      LOG.warn("A CA's registry does not close: {}", e.getMessage());
    } finally {
      opening.unlock();
    }
  }

  private Ca opened(String name) throws IOException {
    opening.lock();
    try {
      Ca ca = open.get(name);
      if (ca == null) {
        CaSettings wanted = settings.get(name);
        if (wanted == null) {
          throw new IOException("there is no CA " + name);
        }
        ca = Ca.open(wanted, registries.at(wanted.files().registry()), clock);
        open.put(name, ca);
      }
      return ca;
    } finally {
      opening.unlock();
    }
  }

  private Ca named(String asked) throws CaRefusal {
    String name = asked.isEmpty() ? first : asked;
    if (!settings.containsKey(name)) {
      throw CaRefusal.of(404, ErrorCode.CA_NOT_FOUND, "CA '" + name + "' does not exist");
    }
    try {
      return opened(name);
    } catch (IOException e) {
      LOG.error("CA {} cannot be used: {}", name, e.getMessage());
      throw CaRefusal.of(500, ErrorCode.UNKNOWN, "CA '" + name + "' cannot be used; see its log");
    }
  }

  /// Answers a request.
  @FunctionalInterface
  private interface Endpoint {
    JsonNode answer(CaRequest request) throws CaRefusal, IOException;
  }

  /// What a path serves.
  ///
  /// @param status of a good answer
  private record Route(Endpoint endpoint, int status) {}

  /// What a path serves by method; empty where nothing is there at all.
  private static Map<String, Route> routes(String path, boolean withVariable) {
    return switch (path + (withVariable ? "/{}" : "")) {
      case "enroll" -> Map.of("POST", new Route(EnrollEndpoint::enroll, CREATED));
      case "reenroll" -> Map.of("POST", new Route(EnrollEndpoint::reenroll, CREATED));
      case "register" -> Map.of("POST", new Route(IdentityEndpoint::register, CREATED));
      case "revoke" -> Map.of("POST", new Route(RevocationEndpoint::revoke, OK));
      case "gencrl" -> Map.of("POST", new Route(RevocationEndpoint::revocationList, OK));
      case "cainfo" -> {
        Route info = new Route(CaInfo::get, OK);
        yield Map.of("GET", info, "POST", info, "HEAD", info);
      }
      case "identities" ->
          Map.of(
              "GET", new Route(IdentityEndpoint::list, OK),
              "POST", new Route(IdentityEndpoint::add, CREATED));
      case "identities/{}" ->
          Map.of(
              "GET", new Route(IdentityEndpoint::get, OK),
              "PUT", new Route(IdentityEndpoint::modify, OK),
              "DELETE", new Route(IdentityEndpoint::remove, OK));
      case "affiliations" ->
          Map.of(
              "GET", new Route(AffiliationEndpoint::list, OK),
              "POST", new Route(AffiliationEndpoint::add, CREATED));
      case "affiliations/{}" ->
          Map.of(
              "GET", new Route(AffiliationEndpoint::get, OK),
              "PUT", new Route(AffiliationEndpoint::modify, OK),
              "DELETE", new Route(AffiliationEndpoint::remove, OK));
      case "certificates" -> Map.of("GET", new Route(CertificateEndpoint::list, OK));
      default -> Map.of();
    };
  }

  private void serve(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String below = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : withoutSlash(path);
    int slash = below.indexOf('/');
    String variable = slash < 0 ? "" : below.substring(slash + 1);
    Map<String, Route> routes =
        routes(slash < 0 ? below : below.substring(0, slash), !variable.isEmpty());
    if (routes.isEmpty() || variable.contains("/") || (slash >= 0 && variable.isEmpty())) {
      HttpService.respond(exchange, 404, "text/plain; charset=utf-8", "404 page not found\n");
      return;
    }
    CaRequest request = null;
    try {
      Route route = routes.get(exchange.getRequestMethod());
      if (route == null) {
        throw CaRefusal.of(
            405,
            ErrorCode.METHOD_NOT_ALLOWED,
            "Method " + exchange.getRequestMethod() + " is not allowed");
      }
      request = new CaRequest(wire(exchange, uri, variable), this::named);
      JsonNode result = answer(route, request);
      log(exchange, route.status(), ErrorCode.UNKNOWN, "OK");
      if (!request.location().isEmpty()) {
        exchange.getResponseHeaders().set("Location", request.location());
      }
      HttpService.respondJson(exchange, route.status(), CaAnswer.good(result));
    } catch (CaRefusal e) {
      log(exchange, e.status(), e.code(), e.reason());
      HttpService.respondJson(exchange, e.status(), CaAnswer.refused(e));
    }
  }

  private static JsonNode answer(Route route, CaRequest request) throws CaRefusal {
    try {
      return route.endpoint().answer(request);
    } catch (IOException e) {
      LOG.error("The registry cannot be written: {}", e.getMessage());
      throw CaRefusal.of(500, ErrorCode.UNKNOWN, "The CA cannot store what was asked for");
    }
  }

  private static String withoutSlash(String path) {
    return path.startsWith("/") ? path.substring(1) : path;
  }

  private static CaRequest.Wire wire(HttpExchange exchange, URI uri, String variable)
      throws CaRefusal, IOException {
    ByteString body =
        UnsafeByteOperations.unsafeWrap(exchange.getRequestBody().readNBytes(MOST_BODY_BYTES + 1));
    if (body.size() > MOST_BODY_BYTES) {
      throw CaRefusal.of(
          413,
          ErrorCode.READING_BODY,
          "Failed reading request body: it has more than " + MOST_BODY_BYTES + " bytes");
    }
    String query = uri.getRawQuery();
    try {
      return new CaRequest.Wire(
          exchange.getRequestMethod(),
          uri.getRawPath() + (query == null ? "" : "?" + query),
          decoded(variable.replace("+", "%2B")),
          parameters(query == null ? "" : query),
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse(""),
          body);
    } catch (IllegalArgumentException e) {
      throw CaRefusal.of(400, ErrorCode.BAD_BODY, "the address is malformed: " + e.getMessage());
    }
  }

  /// The first value of each parameter.
  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      parameters.putIfAbsent(name, equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void log(HttpExchange exchange, int status, ErrorCode code, String message) {
    LOG.info(
        "{} {} {} {} {} \"{}\"",
        exchange.getRemoteAddress(),
        exchange.getRequestMethod(),
        exchange.getRequestURI(),
        status,
        code.number(),
        message.replaceAll("\\p{Cntrl}", "?"));
  }

  /// The envelope around every answer.
  private static final class CaAnswer {
    private CaAnswer() {}

    static ObjectNode good(JsonNode result) {
      return envelope(result, true);
    }

    static ObjectNode refused(CaRefusal refusal) {
      ObjectNode envelope = envelope(CaInfo.object().textNode(""), false);
      envelope
          .withArray("errors")
          .addObject()
          .put("code", refusal.toldCode().number())
          .put("message", refusal.toldMessage());
      return envelope;
    }

    private static ObjectNode envelope(JsonNode result, boolean success) {
      ObjectNode envelope = CaInfo.object();
      envelope.set("result", result);
      envelope.putArray("errors");
      envelope.putArray("messages");
      return envelope.put("success", success);
    }
  }
}
