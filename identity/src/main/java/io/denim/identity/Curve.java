package io.denim.identity;

import java.math.BigInteger;
import java.util.Optional;

/// The curves that Fabric knows, each with its group's order (FIPS 186-4 D.1.2).
enum Curve {
  P224("2b81040021", "secp224r1", 28, "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d"),
  P256(
      "2a8648ce3d030107",
      "secp256r1",
      32,
      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
  P384(
      "2b81040022",
      "secp384r1",
      48,
      "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
          + "581a0db248b0a77aecec196accc52973"),
  P521(
      "2b81040023",
      "secp521r1",
      66,
      "1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
          + "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409");

  private final String oid;
  private final String jcaName;
  private final int fieldBytes;
  private final BigInteger order;

  Curve(String oid, String jcaName, int fieldBytes, String order) {
    this.oid = oid;
    this.jcaName = jcaName;
    this.fieldBytes = fieldBytes;
    this.order = new BigInteger(order, 16);
  }

  /// The curve whose object identifier has this content, in hexadecimal.
  static Optional<Curve> of(String oid) {
    for (Curve curve : values()) {
      if (curve.oid.equals(oid)) {
        return Optional.of(curve);
      }
    }
    return Optional.empty();
  }

  /// The curve whose group has this order.
  ///
  /// @throws IllegalArgumentException if there is none
  static Curve ofOrder(BigInteger order) {
    for (Curve curve : values()) {
      if (curve.order.equals(order)) {
        return curve;
      }
    }
    throw new IllegalArgumentException("no curve has a group of this order: " + order);
  }

  /// The name by which the Java runtime knows it.
  String jcaName() {
    return jcaName;
  }

  String oid() {
    return oid;
  }

  int fieldBytes() {
    return fieldBytes;
  }

  BigInteger order() {
    return order;
  }
}
