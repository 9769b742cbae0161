package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/// Tells a field that is absent from one that is there but empty. Go's nodes see the difference in
/// `bytes` fields (nil or a slice of no bytes), Java's messages don't show it.
final class FieldPresence {
  private FieldPresence() {}

  /// @param message bytes that parsed as a message
  static boolean has(ByteString message, int field) {
    CodedInputStream in = message.newCodedInput();
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == field
            && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
          return true;
        }
        in.skipField(tag);
      }
      return false;
    } catch (IOException e) {
      return false; // not reached for what parsed
    }
  }
}
