package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;

/// The field `~version` of a document in CouchDB: a key's version and metadata, as a message in
/// base64 (fabric v3.1.5 core/ledger/kvledger/txmgmt/statedb/statecouchdb/dbvalue_encoding.go).
record DocumentVersion(Height height, ByteString metadata) {
  private static final int HEIGHT = 1;
  private static final int METADATA = 2;

  static String encode(VersionedValue value) {
    return new DocumentVersion(value.version(), value.metadata()).encode();
  }

  String encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(32);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeBytes(HEIGHT, height.toBytes());
      if (!metadata.isEmpty()) {
        out.writeBytes(METADATA, metadata);
      }
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("an array grows as needed", e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /// @throws IOException if the text is not what {@link #encode} makes
  static DocumentVersion decode(String text) throws IOException {
    try {
      CodedInputStream in = CodedInputStream.newInstance(Base64.getDecoder().decode(text));
      ByteString height = ByteString.EMPTY;
      ByteString metadata = ByteString.EMPTY;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case HEIGHT -> height = in.readBytes();
          case METADATA -> metadata = in.readBytes();
          default -> in.skipField(tag);
        }
      }
      return new DocumentVersion(Height.ofBytes(height), metadata);
    } catch (IllegalArgumentException e) {
      throw new IOException("the version of a document is not base64", e);
    }
  }
}
