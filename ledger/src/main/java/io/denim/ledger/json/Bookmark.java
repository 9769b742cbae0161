package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import java.util.Base64;
import java.util.List;

/// Where a page ended: the key in the index, or the id where documents were read in their order,
/// and the id of the last document.
record Bookmark(Json key, String id) {
  private static final int PARTS = 2;

  String encode() {
    ByteString bytes = JsonText.bytes(new Json.Array(List.of(key, new Json.Text(id))));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
  }

  static Bookmark decode(String encoded) throws QueryException {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(encoded);
      Json json = JsonParser.parse(ByteString.copyFrom(bytes));
      if (json instanceof Json.Array array
          && array.values().size() == PARTS
          && array.values().get(1) instanceof Json.Text id) {
        return new Bookmark(array.values().get(0), id.value());
      }
    } catch (IllegalArgumentException | JsonException e) {
      // refused below
    }
    throw QueryException.bad(
        "invalid_bookmark", "Invalid bookmark value: " + JsonText.of(new Json.Text(encoded)));
  }
}
