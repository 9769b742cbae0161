package io.denim.cli.configtx;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.denim.cli.ClientException;
import io.denim.cli.command.MultipartBody;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;

/// `configtxlator start`: the same over HTTP, with the paths `/protolator/encode/<type>`,
/// `/protolator/decode/<type>` and `/configtxlator/compute/update-from-configs` (fabric v3.1.5
/// internal/configtxlator/rest). Requests are bounded in size; each has a thread of its own.
final class TranslationServer implements AutoCloseable {
  private static final int MAX_BYTES = 100 << 20;
  private static final int BACKLOG = 64;
  private static final String ENCODE = "/protolator/encode/";
  private static final String DECODE = "/protolator/decode/";
  private static final String COMPUTE = "/configtxlator/compute/update-from-configs";

  private final HttpServer server;
  private final List<String> origins;

  private TranslationServer(HttpServer server, List<String> origins) {
    this.server = server;
    this.origins = List.copyOf(origins);
  }

  /// @throws IOException if the address cannot be bound
  static TranslationServer start(String host, int port, List<String> origins) throws IOException {
    HttpServer http = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
    TranslationServer server = new TranslationServer(http, origins);
    http.createContext("/", server::handle);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
    return server;
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      allow(exchange);
      String path = exchange.getRequestURI().getPath();
      boolean known = path.startsWith(ENCODE) || path.startsWith(DECODE) || path.equals(COMPUTE);
      if (!known) {
        answer(exchange, 404, text("404 page not found\n"));
      } else if (exchange.getRequestMethod().equals("OPTIONS")) {
        answer(exchange, 200, new byte[0]);
      } else if (!exchange.getRequestMethod().equals("POST")) {
        answer(exchange, 405, new byte[0]);
      } else {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
          answer(exchange, 413, text("the request is larger than " + MAX_BYTES + " bytes\n"));
        } else {
          translate(exchange, path, body);
        }
      }
    }
  }

  private void translate(HttpExchange exchange, String path, byte[] body) throws IOException {
    try {
      if (path.startsWith(ENCODE)) {
        byte[] encoded = ConfigtxlatorTool.encode(path.substring(ENCODE.length()), body);
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        answer(exchange, 200, encoded);
      } else if (path.startsWith(DECODE)) {
        byte[] decoded = ConfigtxlatorTool.decode(path.substring(DECODE.length()), body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        answer(exchange, 200, decoded);
      } else {
        MultipartBody form =
            MultipartBody.parse(exchange.getRequestHeaders().getFirst("Content-Type"), body);
        byte[] update =
            ConfigtxlatorTool.update(
                form.required("original"), form.required("updated"), form.text("channel"));
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        answer(exchange, 200, update);
      }
    } catch (ClientException e) {
      answer(exchange, 400, text(e.getMessage() + "\n"));
    }
  }

  private void allow(HttpExchange exchange) {
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    if (origin != null && (origins.contains("*") || origins.contains(origin))) {
      exchange.getResponseHeaders().set("Access-Control-Allow-Origin", origin);
      exchange.getResponseHeaders().set("Access-Control-Allow-Methods", "POST");
      exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "Content-Type");
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
