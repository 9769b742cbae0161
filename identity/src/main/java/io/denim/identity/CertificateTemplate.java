package io.denim.identity;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a certificate of Fabric's CA shall say, with its extensions in Go's order. Immutable.
///
/// Follows Go's crypto/x509 buildCertExtensions and cfssl's signer FillTemplate.
///
/// @param usages what the key may be used for, by cfssl's names
/// @param ca whether and how it is a CA's
/// @param attributes the value of Fabric's attributes extension; empty where there is none
public record CertificateTemplate(
    SubjectName subject,
    AlternativeNames alternativeNames,
    Instant notBefore,
    Instant notAfter,
    List<String> usages,
    Optional<CaConstraint> ca,
    ByteString attributes) {
  static final ByteString TRUE =
      ByteString.copyFrom(DerWriter.element(DerReader.BOOLEAN, new byte[] {-1}));
  private static final Instant FIRST_LONG_YEAR = Instant.parse("2050-01-01T00:00:00Z");
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  /// The attributes extension's object identifier, 1.2.3.4.5.6.7.8.1.
  private static final String OID_ATTRIBUTES = "2a03040506070801";

  public CertificateTemplate {
    usages = List.copyOf(usages);
  }

  /// A CA's certificate.
  ///
  /// @param pathLength how many CAs may follow it in a chain; no limit where it is absent
  public record CaConstraint(Optional<Integer> pathLength) {}

  /// The same with other alternative names.
  public CertificateTemplate withAlternativeNames(AlternativeNames names) {
    return new CertificateTemplate(subject, names, notBefore, notAfter, usages, ca, attributes);
  }

  /// Whether cfssl knows a usage of this name.
  public static boolean isUsage(String name) {
    return keyUsageBit(name) >= 0 || !extendedUsage(name).isEmpty();
  }

  byte[] validity() {
    return DerWriter.sequence(time(notBefore), time(notAfter));
  }

  static byte[] time(Instant instant) {
    return instant.isBefore(FIRST_LONG_YEAR)
        ? DerWriter.element(23, UTC_TIME.format(instant).getBytes(StandardCharsets.US_ASCII))
        : DerWriter.element(
            24, GENERALIZED_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  /// The content of the extensions element.
  ///
  /// @param point the certified key's bits
  /// @param authorityKeyId empty where the certificate is its own issuer's
  byte[] extensions(ByteString point, ByteString authorityKeyId) {
    List<byte[]> all = new ArrayList<>();
    keyUsage().ifPresent(bits -> all.add(extension("551d0f", true, bits)));
    extendedUsages().ifPresent(value -> all.add(extension("551d25", false, value)));
    all.add(extension("551d13", true, basicConstraints()));
    all.add(extension("551d0e", false, DerWriter.octetString(sha1(point))));
    if (!authorityKeyId.isEmpty()) {
      byte[] id = DerWriter.element(0x80, authorityKeyId.toByteArray());
      all.add(extension("551d23", false, DerWriter.sequence(id)));
    }
    AlternativeNames names = ca.isPresent() ? alternativeNames.addressesOnly() : alternativeNames;
    if (!names.isEmpty()) {
      all.add(extension("551d11", false, names.der()));
    }
    if (!attributes.isEmpty()) {
      all.add(extension(OID_ATTRIBUTES, false, attributes.toByteArray()));
    }
    return DerWriter.sequence(all.toArray(byte[][]::new));
  }

  static byte[] extension(String oid, boolean critical, byte[] value) {
    byte[] type = DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(oid));
    byte[] octets = DerWriter.octetString(value);
    return critical
        ? DerWriter.sequence(type, TRUE.toByteArray(), octets)
        : DerWriter.sequence(type, octets);
  }

  private byte[] basicConstraints() {
    if (ca.isEmpty()) {
      return DerWriter.sequence();
    }
    Optional<Integer> length = ca.get().pathLength();
    return length.isEmpty()
        ? DerWriter.sequence(TRUE.toByteArray())
        : DerWriter.sequence(
            TRUE.toByteArray(), DerWriter.integer(BigInteger.valueOf(length.get())));
  }

  /// The bits without the zeros at their end, with the number of unused ones in front.
  private Optional<byte[]> keyUsage() {
    int bits = 0;
    for (String usage : usages) {
      int bit = keyUsageBit(usage);
      bits |= bit < 0 ? 0 : 0x8000 >>> bit;
    }
    if (bits == 0) {
      return Optional.empty();
    }
    int zeros = Integer.numberOfTrailingZeros(bits);
    byte[] content =
        zeros >= 8
            ? new byte[] {(byte) (zeros - 8), (byte) (bits >> 8)}
            : new byte[] {(byte) zeros, (byte) (bits >> 8), (byte) bits};
    return Optional.of(DerWriter.element(DerReader.BIT_STRING, content));
  }

  private Optional<byte[]> extendedUsages() {
    List<byte[]> all = new ArrayList<>();
    for (String usage : usages) {
      String oid = extendedUsage(usage);
      if (!oid.isEmpty()) {
        all.add(DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(oid)));
      }
    }
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(DerWriter.sequence(all.toArray(byte[][]::new)));
  }

  private static int keyUsageBit(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "signing", "digital signature" -> 0;
      case "content commitment" -> 1;
      case "key encipherment" -> 2;
      case "data encipherment" -> 3;
      case "key agreement" -> 4;
      case "cert sign" -> 5;
      case "crl sign" -> 6;
      case "encipher only" -> 7;
      case "decipher only" -> 8;
      default -> -1;
    };
  }

  private static String extendedUsage(String name) {
    String purposes = "2b060105050703";
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "any" -> "551d2500";
      case "server auth" -> purposes + "01";
      case "client auth" -> purposes + "02";
      case "code signing" -> purposes + "03";
      case "email protection", "s/mime" -> purposes + "04";
      case "ipsec end system" -> purposes + "05";
      case "ipsec tunnel" -> purposes + "06";
      case "ipsec user" -> purposes + "07";
      case "timestamping" -> purposes + "08";
      case "ocsp signing" -> purposes + "09";
      default -> "";
    };
  }

  /// The key identifier that RFC 5280 4.2.1.2 (1) describes; no secret hangs on it.
  private static byte[] sha1(ByteString point) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(point.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-1", e);
    }
  }
}
