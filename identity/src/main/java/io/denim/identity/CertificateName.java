package io.denim.identity;

import io.denim.identity.DerReader.DerException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The parts of a distinguished name that matter here. Every attribute's text is checked, as Go
/// does.
///
/// Follows Go's crypto/x509 parser.go parseName, parseASN1String.
///
/// @param commonName the last one, or empty
/// @param organizationalUnits in order
record CertificateName(String commonName, List<String> organizationalUnits) {
  private static final String OID_COMMON_NAME = "550403";
  private static final String OID_ORGANIZATIONAL_UNIT = "55040b";
  private static final int UTF8_STRING = 12;
  private static final int NUMERIC_STRING = 18;
  private static final int PRINTABLE_STRING = 19;
  private static final int T61_STRING = 20;
  private static final int IA5_STRING = 22;
  private static final int BMP_STRING = 30;
  private static final String PRINTABLE_MARKS = " '()+,-./:=?*&";

  CertificateName {
    organizationalUnits = List.copyOf(organizationalUnits);
  }

  /// One value of a name.
  ///
  /// @param type the object identifier's content in hexadecimal
  record Attribute(String type, String value) {}

  /// @throws DerException where Go would not parse the name
  static CertificateName parse(byte[] name) throws DerException {
    String commonName = "";
    List<String> units = new ArrayList<>();
    for (Attribute attribute : attributes(name)) {
      if (attribute.type().equals(OID_COMMON_NAME)) {
        commonName = attribute.value();
      } else if (attribute.type().equals(OID_ORGANIZATIONAL_UNIT)) {
        units.add(attribute.value());
      }
    }
    return new CertificateName(commonName, units);
  }

  /// All values in order.
  ///
  /// @throws DerException where Go would not parse the name
  static List<Attribute> attributes(byte[] name) throws DerException {
    List<Attribute> attributes = new ArrayList<>();
    DerReader sequence = DerReader.of(name).read(DerReader.SEQUENCE);
    while (!sequence.isEmpty()) {
      DerReader set = sequence.read(DerReader.SET);
      while (!set.isEmpty()) {
        DerReader attribute = set.read(DerReader.SEQUENCE);
        String type = attribute.objectIdentifier();
        int tag = attribute.peekTag();
        attributes.add(new Attribute(type, text(tag, attribute.any().rest())));
      }
    }
    return attributes;
  }

  private static String text(int tag, byte[] value) throws DerException {
    return switch (tag) {
      case UTF8_STRING -> utf8(value);
      case PRINTABLE_STRING -> checked(value, CertificateName::isPrintable, "PrintableString");
      case NUMERIC_STRING ->
          checked(value, b -> b == ' ' || (b >= '0' && b <= '9'), "NumericString");
      case IA5_STRING -> checked(value, b -> b < 0x80, "IA5String");
      case T61_STRING -> new String(value, StandardCharsets.ISO_8859_1);
      case BMP_STRING -> bmp(value);
      default ->
          throw new DerException(
              "x509: invalid RDNSequence: invalid attribute value: unsupported string type: "
                  + tag);
    };
  }

  private interface Octets {
    boolean allow(int octet);
  }

  private static String checked(byte[] value, Octets octets, String type) throws DerException {
    for (byte b : value) {
      if (!octets.allow(b & 0xff)) {
        throw invalid(type);
      }
    }
    return new String(value, StandardCharsets.ISO_8859_1);
  }

  private static boolean isPrintable(int octet) {
    return (octet >= 'a' && octet <= 'z')
        || (octet >= 'A' && octet <= 'Z')
        || (octet >= '0' && octet <= '9')
        || PRINTABLE_MARKS.indexOf(octet) >= 0;
  }

  private static String utf8(byte[] value) throws DerException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      throw invalid("UTF-8 string");
    }
  }

  private static String bmp(byte[] value) throws DerException {
    if (value.length % 2 != 0) {
      throw invalid("BMPString");
    }
    int length = value.length;
    if (length >= 2 && value[length - 1] == 0 && value[length - 2] == 0) {
      length -= 2;
    }
    StringBuilder text = new StringBuilder(length / 2);
    for (int i = 0; i < length; i += 2) {
      int point = ((value[i] & 0xff) << 8) | (value[i + 1] & 0xff);
      if (point >= 0xfffe
          || (point >= 0xfdd0 && point <= 0xfdef)
          || (point >= 0xd800 && point <= 0xdfff)) {
        throw invalid("BMPString");
      }
      text.append((char) point);
    }
    return text.toString();
  }

  private static DerException invalid(String type) {
    return new DerException("x509: invalid RDNSequence: invalid attribute value: invalid " + type);
  }
}
