package io.denim.order;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import io.denim.channelconfig.ChannelIds;
import io.denim.node.HttpService;
import io.denim.wire.Blocks;
import io.denim.wire.WireParser;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.jspecify.annotations.Nullable;

/// The channel participation API: `/participation/v1/channels`, by which administrators list, join,
/// update, remove and read an orderer's channels (fabric v3.1.5
/// orderer/common/channelparticipation/restapi.go). Safe for use by any thread.
final class ParticipationApi {
  static final String BASE = "/participation/v1/";
  private static final String CHANNELS = BASE + "channels";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final WireParser<Block> BLOCK = WireParser.of(Block.getDefaultInstance());
  private static final WireParser<Envelope> ENVELOPE = WireParser.of(Envelope.getDefaultInstance());

  private final ChannelRegistrar registrar;
  private final JoinBlocks joinBlocks;
  private final int maxRequestBytes;

  /// @param maxRequestBytes larger bodies are refused
  ParticipationApi(ChannelRegistrar registrar, JoinBlocks joinBlocks, int maxRequestBytes) {
    this.registrar = registrar;
    this.joinBlocks = joinBlocks;
    this.maxRequestBytes = maxRequestBytes;
  }

  /// Answers one request to a path under {@link #BASE}.
  void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals(BASE) && exchange.getRequestMethod().equals("GET")) {
      exchange.getResponseHeaders().set("Location", CHANNELS);
      HttpService.respond(exchange, 302, "", "");
      return;
    }
    if (!acceptsJson(exchange)) {
      error(exchange, 406, "response Content-Type is application/json only");
      return;
    }
    List<String> below =
        path.startsWith(CHANNELS + "/")
            ? List.of(path.substring(CHANNELS.length() + 1).split("/", -1))
            : List.of();
    if (path.equals(CHANNELS)) {
      collection(exchange);
    } else if (below.size() == 1) {
      channel(exchange, below.getFirst());
    } else if (below.size() == 3 && below.get(1).equals("blocks")) {
      block(exchange, below.get(0), below.get(2));
    } else {
      HttpService.respond(exchange, 404, "text/plain; charset=utf-8", "404 page not found\n");
    }
  }

  private void collection(HttpExchange exchange) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "GET" -> list(exchange);
      case "POST" -> join(exchange);
      case "PUT" -> update(exchange);
      default -> notAllowed(exchange, "GET, POST, PUT");
    }
  }

  private void channel(HttpExchange exchange, String channelId) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "GET" -> show(exchange, channelId);
      case "DELETE" -> remove(exchange, channelId);
      default -> notAllowed(exchange, "GET, DELETE");
    }
  }

  private void list(HttpExchange exchange) throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    answer.putNull("systemChannel");
    List<String> names = registrar.names();
    if (names.isEmpty()) {
      answer.putNull("channels");
    } else {
      ArrayNode channels = answer.putArray("channels");
      names.forEach(name -> channels.addObject().put("name", name).put("url", url(name)));
    }
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    HttpService.respondJson(exchange, 200, answer);
  }

  private void show(HttpExchange exchange, String channelId) throws IOException {
    if (isRefusedName(exchange, channelId)) {
      return;
    }
    try {
      ObjectNode info = json(registrar.info(channelId));
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      HttpService.respondJson(exchange, 200, info);
    } catch (ChannelException e) {
      error(exchange, 404, e.getMessage());
    }
  }

  private void join(HttpExchange exchange) throws IOException {
    Optional<ByteString> file = file(exchange, "config-block");
    if (file.isEmpty()) {
      return;
    }
    Block block;
    String channelId;
    try {
      block = BLOCK.parse(file.get());
      channelId = joinBlocks.channelOf(block);
    } catch (InvalidProtocolBufferException e) {
      error(
          exchange, 400, "cannot unmarshal file part config-block into a block: " + e.getMessage());
      return;
    } catch (ChannelException e) {
      error(exchange, 400, "invalid join block: " + e.getMessage());
      return;
    }
    try {
      created(exchange, registrar.join(channelId, block));
    } catch (ChannelException e) {
      String reason = "cannot join: " + e.getMessage();
      if (e.kind() == ChannelException.Kind.ALREADY_EXISTS) {
        exchange.getResponseHeaders().set("Allow", "GET, DELETE");
        error(exchange, 405, reason);
      } else {
        error(exchange, 400, reason);
      }
    }
  }

  private void update(HttpExchange exchange) throws IOException {
    Optional<ByteString> file = file(exchange, "config-update-envelope");
    if (file.isEmpty()) {
      return;
    }
    Envelope envelope;
    String channelId;
    try {
      envelope = ENVELOPE.parse(file.get());
      channelId = joinBlocks.channelOfUpdate(envelope);
    } catch (InvalidProtocolBufferException e) {
      error(
          exchange,
          400,
          "cannot unmarshal file part config-update-envelope into an envelope: " + e.getMessage());
      return;
    } catch (ChannelException e) {
      error(exchange, 400, "invalid config update envelope: " + e.getMessage());
      return;
    }
    try {
      created(exchange, registrar.update(channelId, envelope));
    } catch (ChannelException e) {
      int status =
          switch (e.kind()) {
            case DOES_NOT_EXIST -> 405;
            case NOT_READY -> 403;
            case ALREADY_EXISTS, INVALID -> 400;
          };
      error(exchange, status, "cannot update: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      error(exchange, 503, "the orderer stops");
    }
  }

  private void remove(HttpExchange exchange, String channelId) throws IOException {
    if (isRefusedName(exchange, channelId)) {
      return;
    }
    try {
      registrar.remove(channelId);
      HttpService.respond(exchange, 204, "", "");
    } catch (ChannelException e) {
      error(exchange, 404, "cannot remove: " + e.getMessage());
    }
  }

  private void block(HttpExchange exchange, String channelId, String blockId) throws IOException {
    if (!exchange.getRequestMethod().equals("GET")) {
      notAllowed(exchange, "GET");
      return;
    }
    if (isRefusedName(exchange, channelId)) {
      return;
    }
    Optional<OrderingChannel> channel = registrar.channel(channelId);
    if (channel.isEmpty()) {
      error(exchange, 404, "channel does not exist");
      return;
    }
    try {
      long height = channel.get().blocks().height();
      long number = blockNumber(channel.get(), blockId, height);
      Optional<Block> block =
          Long.compareUnsigned(number, height) < 0
              ? channel.get().blocks().blockByNumber(number)
              : Optional.empty();
      if (block.isEmpty()) {
        error(exchange, 404, "block " + blockId + " of channel " + channelId + " does not exist");
        return;
      }
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      byte[] bytes = block.get().toByteArray();
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (NumberFormatException e) {
      error(
          exchange,
          400,
          "invalid block ID: '" + blockId + "' not equal <newest|oldest|config|(number)>");
    }
  }

  private static long blockNumber(OrderingChannel channel, String blockId, long height)
      throws IOException {
    return switch (blockId) {
      case "oldest" -> 0;
      case "newest" -> height - 1;
      case "config" -> Blocks.lastConfigNumber(channel.lastBlock());
      default -> {
        if (blockId.startsWith("+")) {
          throw new NumberFormatException(blockId);
        }
        yield Long.parseUnsignedLong(blockId);
      }
    };
  }

  private Optional<ByteString> file(HttpExchange exchange, String key) throws IOException {
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type == null || !type.startsWith("multipart/form-data")) {
      error(exchange, 400, "unsupported Content-Type: [" + (type == null ? "" : type) + "]");
      return Optional.empty();
    }
    byte[] body = exchange.getRequestBody().readNBytes(maxRequestBytes + 1);
    if (body.length > maxRequestBytes) {
      error(exchange, 400, "cannot read form from request body: http: request body too large");
      return Optional.empty();
    }
    try {
      return Optional.of(MultipartForm.file(type, body, key));
    } catch (ChannelException e) {
      error(exchange, 400, e.getMessage());
      return Optional.empty();
    }
  }

  private static boolean isRefusedName(HttpExchange exchange, String channelId) throws IOException {
    Optional<String> problem = ChannelIds.problem(channelId);
    if (problem.isPresent()) {
      error(exchange, 400, "invalid channel ID: " + problem.get());
    }
    return problem.isPresent();
  }

  private static boolean acceptsJson(HttpExchange exchange) {
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    return accept == null
        || accept.isEmpty()
        || accept.contains("application/json")
        || accept.contains("application/*")
        || accept.contains("*/*");
  }

  private static void created(HttpExchange exchange, ChannelInfo info) throws IOException {
    exchange.getResponseHeaders().set("Location", url(info.name()));
    HttpService.respondJson(exchange, 201, json(info));
  }

  private static void notAllowed(HttpExchange exchange, String allowed) throws IOException {
    exchange.getResponseHeaders().set("Allow", allowed);
    error(exchange, 405, "invalid request method: " + exchange.getRequestMethod());
  }

  private static void error(HttpExchange exchange, int status, @Nullable String message)
      throws IOException {
    HttpService.respondJson(
        exchange, status, JSON.createObjectNode().put("error", String.valueOf(message)));
  }

  private static ObjectNode json(ChannelInfo info) {
    return JSON.createObjectNode()
        .put("name", info.name())
        .put("url", url(info.name()))
        .put("consensusRelation", info.participation().consensusRelation())
        .put("status", info.participation().status())
        .put("height", info.height());
  }

  private static String url(String channelId) {
    return CHANNELS + "/" + channelId;
  }
}
