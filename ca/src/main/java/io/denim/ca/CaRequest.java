package io.denim.ca;

import com.google.protobuf.ByteString;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One request as it came. Owned by the thread that answers it.
final class CaRequest {
  private final Wire wire;
  private final CaDirectory directory;
  private String location = "";

  CaRequest(Wire wire, CaDirectory directory) {
    this.wire = wire;
    this.directory = directory;
  }

  /// What came over the wire.
  ///
  /// @param uri path and query as the client wrote them, which is what he signed
  /// @param variable the path's last part, decoded; empty where the path has none
  /// @param authorization the header; empty where there is none
  record Wire(
      String method,
      String uri,
      String variable,
      Map<String, String> query,
      String authorization,
      ByteString body) {
    Wire {
      query = Map.copyOf(query);
    }
  }

  /// The CAs that a server has.
  @FunctionalInterface
  interface CaDirectory {
    /// The CA of a name, or the server's own for the empty name.
    ///
    /// @throws CaRefusal if there is none, or it cannot be used
    Ca named(String name) throws CaRefusal;
  }

  /// The CA that the request is for: named by the query, else by the body, else the server's own.
  Ca ca() throws CaRefusal {
    String name = query("ca");
    return directory.named(name.isEmpty() ? optionalBody().text("caname") : name);
  }

  Wire wire() {
    return wire;
  }

  String method() {
    return wire.method();
  }

  String variable() {
    return wire.variable();
  }

  /// A parameter of the query; empty where it is absent.
  String query(String name) {
    return wire.query().getOrDefault(name, "");
  }

  /// A truth value of the query, which is false where it is absent.
  boolean flag(String name) throws CaRefusal {
    String text = query(name).toLowerCase(Locale.ROOT);
    Optional<Boolean> value = text.isEmpty() ? Optional.of(false) : GoBool.parse(text);
    return value.orElseThrow(() ->
        CaRefusal.of(
            400,
            ErrorCode.REMOVE_AFFILIATION,
            "Failed to correctly parse value of '"
                + name
                + "' query parameter: strconv.ParseBool: parsing \""
                + text
                + "\": invalid syntax"));
  }

  RequestBody optionalBody() throws CaRefusal {
    return RequestBody.parse(wire.body());
  }

  /// The body, which must be there.
  RequestBody body() throws CaRefusal {
    RequestBody body = optionalBody();
    if (body.isEmpty()) {
      throw CaRefusal.of(400, ErrorCode.EMPTY_BODY, "Empty request body");
    }
    return body;
  }

  /// Where what the request made is found; empty where it made nothing of the kind.
  String location() {
    return location;
  }

  void made(String path) {
    location = path;
  }
}
