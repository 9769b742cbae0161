package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What a new certificate shall say, with the extensions and order that cryptogen's have.
///
/// Follows fabric v3.1.5 internal/cryptogen/ca/ca.go.
///
/// @param place of the subject
/// @param organization of a CA's subject
/// @param unit of a member's subject, its role
/// @param alternativeNames host names and IP addresses
record CertificateRequest(
    Place place,
    String commonName,
    Optional<String> organization,
    Optional<String> unit,
    Usage usage,
    List<String> alternativeNames) {
  private static final Duration LIFETIME = Duration.ofDays(3650);
  private static final Duration BACKDATED = Duration.ofMinutes(5);
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final byte[] ECDSA_SHA256 = DerWriter.sequence(oid("2a8648ce3d040302"));
  private static final byte[] TRUE = DerWriter.element(DerReader.BOOLEAN, new byte[] {-1});
  private static final String SERVER_AUTH = "2b06010505070301";
  private static final String CLIENT_AUTH = "2b06010505070302";

  CertificateRequest(
      String commonName,
      Optional<String> organization,
      Optional<String> unit,
      Usage usage,
      List<String> alternativeNames) {
    this(Place.CUSTOMARY, commonName, organization, unit, usage, alternativeNames);
  }

  CertificateRequest {
    alternativeNames = List.copyOf(alternativeNames);
  }

  /// What the key may be used for.
  enum Usage {
    CA,
    SIGNING,
    TLS
  }

  /// The certificate in DER, without the issuer's name and key where it signs itself.
  ///
  /// @param subject the key to certify
  Certificate issue(
      GeneratedKey subject, Optional<Issuer> issuer, BigInteger serialNumber, Instant now) {
    byte[] name = name();
    Instant notBefore = rounded(now).minus(BACKDATED);
    byte[] tbs =
        DerWriter.sequence(
            DerWriter.element(0xa0, DerWriter.integer(BigInteger.TWO)),
            DerWriter.integer(serialNumber),
            ECDSA_SHA256,
            issuer.map(ca -> ca.certificate().subject().toByteArray()).orElse(name),
            DerWriter.sequence(time(notBefore), time(notBefore.plus(LIFETIME))),
            name,
            subject.subjectPublicKeyInfo().toByteArray(),
            DerWriter.element(0xa3, extensions(subject, issuer)));
    GeneratedKey signer = issuer.map(Issuer::key).orElse(subject);
    try {
      VerifyingKey publicKey = VerifyingKey.parse(signer.subjectPublicKeyInfo().toByteArray());
      ByteString digest = HashFunction.SHA256.of(List.of(UnsafeByteOperations.unsafeWrap(tbs)));
      ByteString signature = signer.signing().sign(digest, publicKey);
      return Certificate.ofDer(
          UnsafeByteOperations.unsafeWrap(
              DerWriter.sequence(tbs, ECDSA_SHA256, DerWriter.bitString(signature.toByteArray()))));
    } catch (DerReader.DerException e) {
      throw new IllegalStateException("made a certificate that is none: " + e.getMessage(), e);
    }
  }

  /// Who signs a certificate.
  record Issuer(Certificate certificate, GeneratedKey key) {}

  private static Instant rounded(Instant now) {
    return Instant.ofEpochSecond(Math.floorDiv(now.getEpochSecond() + 30, 60L) * 60);
  }

  private static byte[] time(Instant instant) {
    return DerWriter.element(23, UTC_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  private byte[] name() {
    List<byte[]> parts = new ArrayList<>();
    add(parts, "550406", place.country());
    add(parts, "550408", place.province());
    add(parts, "550407", place.locality());
    add(parts, "550409", place.streetAddress());
    add(parts, "550411", place.postalCode());
    add(parts, "55040a", organization.orElse(""));
    add(parts, "55040b", place.unit(), unit.orElse(""));
    add(parts, "550403", commonName);
    return DerWriter.sequence(parts.toArray(byte[][]::new));
  }

  /// A part with those of the values that are not empty, as one set in DER's order.
  private static void add(List<byte[]> parts, String type, String... values) {
    List<byte[]> set = new ArrayList<>();
    for (String value : values) {
      if (!value.isEmpty()) {
        set.add(attribute(type, value));
      }
    }
    if (!set.isEmpty()) {
      set.sort(Arrays::compareUnsigned);
      ByteString content = ByteString.EMPTY;
      for (byte[] each : set) {
        content = content.concat(ByteString.copyFrom(each));
      }
      parts.add(DerWriter.element(DerReader.SET, content.toByteArray()));
    }
  }

  private static byte[] attribute(String type, String value) {
    boolean printable = value.matches("[A-Za-z0-9 '()+,./:=?-]*");
    byte[] text = DerWriter.element(printable ? 19 : 12, value.getBytes(StandardCharsets.UTF_8));
    return DerWriter.sequence(oid(type), text);
  }

  private static byte[] oid(String content) {
    return DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(content));
  }

  private byte[] extensions(GeneratedKey subject, Optional<Issuer> issuer) {
    List<byte[]> extensions = new ArrayList<>();
    extensions.add(extension("551d0f", true, keyUsage()));
    switch (usage) {
      case CA ->
          extensions.add(
              extension("551d25", false, DerWriter.sequence(oid(CLIENT_AUTH), oid(SERVER_AUTH))));
      case TLS ->
          extensions.add(
              extension("551d25", false, DerWriter.sequence(oid(SERVER_AUTH), oid(CLIENT_AUTH))));
      case SIGNING -> {}
    }
    boolean ca = usage == Usage.CA;
    extensions.add(extension("551d13", true, ca ? DerWriter.sequence(TRUE) : DerWriter.sequence()));
    if (ca) {
      byte[] id = HashFunction.SHA256.of(List.of(subject.point())).toByteArray();
      extensions.add(extension("551d0e", false, DerWriter.octetString(id)));
    }
    issuer.ifPresent(by -> extensions.add(authorityKeyId(by.certificate())));
    if (!alternativeNames.isEmpty()) {
      extensions.add(extension("551d11", false, names()));
    }
    return DerWriter.sequence(extensions.toArray(byte[][]::new));
  }

  private static byte[] authorityKeyId(Certificate issuer) {
    ByteString id = issuer.extensions().subjectKeyId();
    byte[] bytes = id == null ? new byte[0] : id.toByteArray();
    return extension("551d23", false, DerWriter.sequence(DerWriter.element(0x80, bytes)));
  }

  /// Bits with the number of unused ones in front.
  private byte[] keyUsage() {
    byte[] bits =
        switch (usage) {
          case CA -> new byte[] {1, (byte) 0b1010_0110};
          case SIGNING -> new byte[] {7, (byte) 0b1000_0000};
          case TLS -> new byte[] {5, (byte) 0b1010_0000};
        };
    return DerWriter.element(DerReader.BIT_STRING, bits);
  }

  private static byte[] extension(String type, boolean critical, byte[] value) {
    byte[] octets = DerWriter.octetString(value);
    return critical
        ? DerWriter.sequence(oid(type), TRUE, octets)
        : DerWriter.sequence(oid(type), octets);
  }

  /// Host names first, then addresses, as Go orders them.
  private byte[] names() {
    List<byte[]> hosts = new ArrayList<>();
    List<byte[]> addresses = new ArrayList<>();
    for (String name : alternativeNames) {
      Optional<byte[]> address = IpAddress.parse(name);
      if (address.isPresent()) {
        addresses.add(DerWriter.element(0x87, address.get()));
      } else {
        hosts.add(DerWriter.element(0x82, name.getBytes(StandardCharsets.US_ASCII)));
      }
    }
    hosts.addAll(addresses);
    return DerWriter.sequence(hosts.toArray(byte[][]::new));
  }
}
