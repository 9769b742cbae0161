package io.denim.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsConfigurationException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A small HTTP server for operators: each request runs on a virtual thread, and a handler's
/// failure costs its request a 500 and a log line (fabric v3.1.5 common/fabhttp). Who connects and
/// does not ask in time, or does not read its answer, is cut off.
public final class HttpService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);

  /// The runtime's server takes its limits from these alone, when the first one is made; what the
  /// command line sets stays.
  private static final Map<String, String> LIMITS =
      Map.of(
          "sun.net.httpserver.maxReqTime", "10", // seconds for a whole request
          "sun.net.httpserver.maxRspTime", "120", // seconds for the answer, a block at most
          "sun.net.httpserver.idleInterval", "20", // seconds without a request
          "jdk.httpserver.maxConnections", "1000");

  private final HttpServer server;
  private final Optional<ReplaceableTls> tls;
  private final boolean checksCertificates;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  private HttpService(HttpServer server, Optional<ReplaceableTls> tls, boolean checksCertificates) {
    this.server = server;
    this.tls = tls;
    this.checksCertificates = checksCertificates;
    server.setExecutor(executor);
  }

  /// Binds; requests are answered after {@link #start}.
  ///
  /// @throws IOException if the address cannot be bound or the TLS settings are unusable; the
  ///   message says which
  public static HttpService bind(InetSocketAddress listen, Optional<ServerTls> tls)
      throws IOException {
    LIMITS.forEach((name, limit) -> {
      if (System.getProperty(name) == null) {
        System.setProperty(name, limit);
      }
    });
    try {
      if (tls.isEmpty()) {
        return new HttpService(HttpServer.create(listen, 0), Optional.empty(), false);
      }
      HttpsServer https = HttpsServer.create(listen, 0);
      ReplaceableTls context = ReplaceableTls.of(tls.get().javaContext());
      https.setHttpsConfigurator(configurator(context, tls.get().clientAuth()));
      return new HttpService(
          https, Optional.of(context), tls.get().clientAuth() != ServerTls.ClientAuth.REQUESTED);
    } catch (TlsConfigurationException e) {
      throw new IOException(e.getMessage(), e);
    } catch (BindException e) {
      throw new IOException("cannot listen on " + listen + ": " + e.getMessage(), e);
    }
  }

  /// Serves a path and all below it.
  ///
  /// @param isProtected with TLS, asks for a client certificate that chains to a client root; where
  ///   the listener does not check that, nobody is let in
  public void handle(String path, boolean isProtected, HttpHandler handler) {
    server.createContext(path, exchange -> serve(exchange, isProtected, handler));
  }

  public void start() {
    server.start();
  }

  public InetSocketAddress address() {
    return server.getAddress();
  }

  /// Uses other certificates, keys or client roots, with what is asked of clients as it was, from
  /// the next connection on.
  ///
  /// @throws TlsConfigurationException if they are not usable; the old ones stay
  /// @throws IllegalStateException if this server has no TLS
  public void reload(ServerTls tls) throws TlsConfigurationException {
    if (this.tls.isEmpty()) {
      throw new IllegalStateException("this server listens without TLS");
    }
    this.tls.get().replace(tls.javaContext());
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdown();
  }

  /// Answers with a text; an empty one has no body.
  public static void respond(HttpExchange exchange, int status, String contentType, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (!contentType.isEmpty()) {
      exchange.getResponseHeaders().set("Content-Type", contentType);
    }
    boolean empty = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, empty ? -1 : bytes.length);
    if (!empty) {
      exchange.getResponseBody().write(bytes);
    }
  }

  public static void respondJson(HttpExchange exchange, int status, JsonNode body)
      throws IOException {
    respond(exchange, status, "application/json", body + "\n");
  }

  private void serve(HttpExchange exchange, boolean isProtected, HttpHandler handler) {
    try (exchange) {
      if (isProtected && exchange instanceof HttpsExchange https && !isKnown(https)) {
        respond(exchange, 401, "", "");
        return;
      }
      handler.handle(exchange);
    } catch (IOException e) {
      LOG.debug("A client of {} went away: {}", exchange.getRequestURI(), e.toString());
    } catch (RuntimeException e) {
      LOG.error("Request {} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      answerFailure(exchange);
    }
  }

  private static void answerFailure(HttpExchange exchange) {
    try {
      if (exchange.getResponseCode() < 0) {
        respond(exchange, 500, "", "");
      }
    } catch (IOException e) {
      LOG.debug("A client of {} went away: {}", exchange.getRequestURI(), e.toString());
    }
  }

  private boolean isKnown(HttpsExchange exchange) {
    try {
      return checksCertificates && exchange.getSSLSession().getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }

  private static HttpsConfigurator configurator(
      SSLContext context, ServerTls.ClientAuth clientAuth) {
    return new HttpsConfigurator(context) {
      @Override
      public void configure(HttpsParameters parameters) {
        SSLParameters ssl = context.getDefaultSSLParameters();
        switch (clientAuth) {
          case REQUESTED, VERIFIED_IF_GIVEN -> ssl.setWantClientAuth(true);
          case REQUIRED -> ssl.setNeedClientAuth(true);
        }
        parameters.setSSLParameters(ssl);
      }
    };
  }
}
