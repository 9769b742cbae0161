package io.denim.endorse;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/// Bytes as Fabric's texts show them.
final class Hex {
  private Hex() {}

  static String of(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
