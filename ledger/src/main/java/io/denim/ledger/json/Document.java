package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value of the world state as CouchDB holds it (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/statedb/statecouchdb/couchdoc_conv.go): a JSON object is the
/// document itself, anything else an attachment of a document without members.
///
/// @param body with `_id` and `~version`
/// @param attachment absent where the value is JSON
public record Document(String id, Json.Obj body, @Nullable ByteString attachment) {
  public static final String ID = "_id";
  public static final String VERSION = "~version";
  public static final String ATTACHMENTS = "_attachments";

  /// The name of the attachment that is a value.
  public static final String VALUE = "valueBytes";

  private static final char RESERVED = '_';

  /// @param version as the document has it
  /// @return absent where CouchDB could not hold it
  public static @Nullable Document of(ByteString key, ByteString value, String version) {
    String id = key.toStringUtf8();
    if (!isValidKey(key)) {
      return null;
    }
    Json.Obj object = object(value);
    if (object == null) {
      Json.Obj stub = Json.Obj.of(Map.of(VALUE, Json.Obj.of(Map.of("stub", Json.TRUE))));
      return new Document(id, identified(Json.Obj.of(Map.of()), id, version), value)
          .withAttachments(stub);
    }
    return reservedField(object) == null
        ? new Document(id, identified(object, id, version), null)
        : null;
  }

  private Document withAttachments(Json.Obj stub) {
    return new Document(id, body.with(ATTACHMENTS, stub), attachment);
  }

  private static Json.Obj identified(Json.Obj object, String id, String version) {
    return object.with(ID, new Json.Text(id)).with(VERSION, new Json.Text(version));
  }

  /// The object that a value is; absent if it is anything else.
  public static Json.@Nullable Obj object(ByteString value) {
    if (value.isEmpty() || !mayBeObject(value)) {
      return null;
    }
    try {
      return JsonParser.parse(value) instanceof Json.Obj object ? object : null;
    } catch (JsonException e) {
      return null;
    }
  }

  private static boolean mayBeObject(ByteString value) {
    int at = 0;
    while (at < value.size() && value.byteAt(at) <= ' ' && value.byteAt(at) >= 0) {
      at++;
    }
    return at < value.size() && value.byteAt(at) == '{';
  }

  /// A member whose name is CouchDB's or Fabric's own; absent if there is none.
  public static @Nullable String reservedField(Json.Obj object) {
    for (String name : object.members().keySet()) {
      if (name.equals(VERSION) || (!name.isEmpty() && name.charAt(0) == RESERVED)) {
        return name;
      }
    }
    return null;
  }

  /// Whether CouchDB can have a document under this key.
  public static boolean isValidKey(ByteString key) {
    return !key.isEmpty() && key.byteAt(0) != RESERVED && key.isValidUtf8();
  }
}
