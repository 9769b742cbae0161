package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.JsonQueries.Result;
import io.denim.ledger.json.Document;
import io.denim.ledger.json.Json;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How values lie in a CouchDB server (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/statedb/statecouchdb/couchdoc_conv.go). Hashes of keys, which are no
/// texts, are written in base64.
final class CouchDocuments {
  private static final String DATA = "data";

  private CouchDocuments() {}

  /// The document of a key.
  ///
  /// @param value absent where the key is deleted
  /// @return absent where CouchDB cannot hold it
  static Json.@Nullable Obj of(String space, ByteString key, @Nullable VersionedValue value) {
    ByteString id = id(space, key);
    if (value == null) {
      return Document.isValidKey(id)
          ? Json.Obj.of(
              Map.of(Document.ID, new Json.Text(id.toStringUtf8()), "_deleted", Json.TRUE))
          : null;
    }
    Document document = Document.of(id, value.present(), DocumentVersion.encode(value));
    if (document == null) {
      return null;
    }
    ByteString attachment = document.attachment();
    if (attachment == null) {
      return document.body();
    }
    String data = Base64.getEncoder().encodeToString(attachment.toByteArray());
    Json.Obj file =
        Json.Obj.of(
            Map.of(
                "content_type",
                new Json.Text("application/octet-stream"),
                DATA,
                new Json.Text(data)));
    return document.body().with(Document.ATTACHMENTS, Json.Obj.of(Map.of(Document.VALUE, file)));
  }

  /// Why CouchDB cannot hold a value, in Fabric's words; absent if it can.
  static @Nullable String refusal(ByteString key, ByteString value) {
    if (!key.isValidUtf8()) {
      return "invalid key [%s], must be a UTF-8 string"
          .formatted(HexFormat.of().formatHex(key.toByteArray()));
    }
    if (key.isEmpty()) {
      return "invalid key. Empty string is not supported as a key by couchdb";
    }
    if (!Document.isValidKey(key)) {
      return "invalid key [%s], cannot begin with \"_\"".formatted(key.toStringUtf8());
    }
    Json.Obj object = Document.object(value);
    String reserved = object == null ? null : Document.reservedField(object);
    return reserved == null
        ? null
        : "field [%s] is not valid for the CouchDB state database".formatted(reserved);
  }

  private static ByteString id(String space, ByteString key) {
    return StateKey.isHashed(space)
        ? ByteString.copyFromUtf8(Base64.getEncoder().encodeToString(key.toByteArray()))
        : key;
  }

  /// What a peer makes of a document that it read with its attachments.
  static Result result(Json.Obj body) throws SimulationException {
    String id = body.members().get(Document.ID) instanceof Json.Text text ? text.value() : "";
    ByteString attachment = null;
    if (body.members().get(Document.ATTACHMENTS) instanceof Json.Obj files
        && files.members().get(Document.VALUE) instanceof Json.Obj file
        && file.members().get(DATA) instanceof Json.Text data) {
      attachment = ByteString.copyFrom(Base64.getDecoder().decode(data.value()));
    }
    return EmbeddedQueries.result(new Document(id, body, attachment));
  }
}
