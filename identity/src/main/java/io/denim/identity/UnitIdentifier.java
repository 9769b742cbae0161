package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/// An organizational unit under a path of CAs.
///
/// @param name the unit
/// @param certifiers the hash of the chain of CAs above; empty where any will do
record UnitIdentifier(String name, ByteString certifiers) {
  /// Whether a member's unit is this one.
  boolean covers(UnitIdentifier unit) {
    return certifiers.isEmpty() || certifiers.equals(unit.certifiers());
  }

  /// As Fabric's messages write a member's units.
  static String text(List<UnitIdentifier> units) {
    return units.stream()
        .map(unit ->
            unit.name()
                + "("
                + HexFormat.of()
                    .withUpperCase()
                    .formatHex(unit.certifiers().substring(0, 8).toByteArray())
                + ")")
        .collect(Collectors.joining(" ", "[", "]"));
  }
}
