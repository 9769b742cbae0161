package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.DerReader.DerException;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Optional;

/// A request for a certificate (PKCS #10), parsed as Go parses one. Immutable.
///
/// Follows Go's crypto/x509 ParseCertificateRequest, CheckSignature and CreateCertificateRequest.
public final class CertificationRequest {
  private static final String OID_EXTENSION_REQUEST = "2a864886f70d01090e";
  private static final String OID_ALTERNATIVE_NAMES = "551d11";
  private static final String OID_BASIC_CONSTRAINTS = "551d13";
  private static final int ATTRIBUTES = 0xa0;

  private final ByteString signed;
  private final SignatureAlgorithm algorithm;
  private final ByteString signature;
  private final Body body;

  /// What the subject signed, taken apart.
  private record Body(
      SubjectName subject,
      ByteString subjectPublicKeyInfo,
      VerifyingKey key,
      AlternativeNames alternativeNames,
      boolean asksForCa) {}

  private CertificationRequest(ByteString der) throws DerException {
    DerReader input = DerReader.of(der);
    DerReader outer = input.read(DerReader.SEQUENCE);
    if (!input.isEmpty()) {
      throw new DerException("asn1: syntax error: trailing data");
    }
    byte[] information = outer.element(DerReader.SEQUENCE);
    this.signed = UnsafeByteOperations.unsafeWrap(information);
    DerReader identifier = outer.read(DerReader.SEQUENCE);
    this.algorithm = SignatureAlgorithm.of(identifier.objectIdentifier(), !identifier.isEmpty());
    this.signature = UnsafeByteOperations.unsafeWrap(outer.bitStringAligned());
    this.body = body(DerReader.of(information).read(DerReader.SEQUENCE));
  }

  /// Reads a request from PEM.
  ///
  /// @throws IllegalArgumentException if it is none; the message says why
  public static CertificationRequest ofPem(ByteString pem) {
    Pem.Block block =
        Pem.decode(pem).orElseThrow(() -> new IllegalArgumentException("CSR Decode failed"));
    if (!block.type().equals("CERTIFICATE REQUEST")
        && !block.type().equals("NEW CERTIFICATE REQUEST")) {
      throw new IllegalArgumentException("not a certificate or csr");
    }
    try {
      return new CertificationRequest(block.content());
    } catch (DerException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// A signed request in PEM.
  public static ByteString make(
      SubjectKey key, SubjectName subject, AlternativeNames names, Optional<Integer> pathLength) {
    ByteString extensions = requested(names, pathLength);
    byte[] attributes =
        extensions.isEmpty()
            ? new byte[0]
            : DerWriter.sequence(
                oid(OID_EXTENSION_REQUEST),
                DerWriter.element(DerReader.SET, DerWriter.sequence(extensions.toByteArray())));
    byte[] information =
        DerWriter.sequence(
            DerWriter.integer(BigInteger.ZERO),
            subject.der().toByteArray(),
            key.subjectPublicKeyInfo().toByteArray(),
            DerWriter.element(ATTRIBUTES, attributes));
    return Pem.encode("CERTIFICATE REQUEST", CertificateIssuer.signed(information, key));
  }

  private static ByteString requested(AlternativeNames names, Optional<Integer> pathLength) {
    ByteString extensions = ByteString.EMPTY;
    if (!names.isEmpty()) {
      extensions =
          extensions.concat(
              ByteString.copyFrom(
                  DerWriter.sequence(
                      oid(OID_ALTERNATIVE_NAMES), DerWriter.octetString(names.der()))));
    }
    if (pathLength.isPresent()) {
      byte[] constraints =
          DerWriter.sequence(
              CertificateTemplate.TRUE.toByteArray(),
              DerWriter.integer(BigInteger.valueOf(pathLength.get())));
      extensions =
          extensions.concat(
              ByteString.copyFrom(
                  DerWriter.sequence(
                      oid(OID_BASIC_CONSTRAINTS),
                      CertificateTemplate.TRUE.toByteArray(),
                      DerWriter.octetString(constraints))));
    }
    return extensions;
  }

  public SubjectName subject() {
    return body.subject();
  }

  public AlternativeNames alternativeNames() {
    return body.alternativeNames();
  }

  /// Whether a certificate for a CA is asked for.
  public boolean asksForCa() {
    return body.asksForCa();
  }

  /// Why the request is not signed by the key that it names; empty if it is.
  public Optional<String> refusal() {
    return algorithm.refusal(signed, signature, body.key(), false);
  }

  ByteString subjectPublicKeyInfo() {
    return body.subjectPublicKeyInfo();
  }

  private static byte[] oid(String content) {
    return DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(content));
  }

  private static Body body(DerReader information) throws DerException {
    information.integer();
    SubjectName subject = SubjectName.parse(information.element(DerReader.SEQUENCE));
    byte[] spki = information.element(DerReader.SEQUENCE);
    AlternativeNames names = AlternativeNames.none();
    boolean ca = false;
    if (information.next(ATTRIBUTES)) {
      DerReader attributes = information.any();
      while (!attributes.isEmpty()) {
        DerReader attribute = attributes.read(DerReader.SEQUENCE);
        if (!attribute.objectIdentifier().equals(OID_EXTENSION_REQUEST)) {
          continue;
        }
        DerReader extensions = attribute.read(DerReader.SET).read(DerReader.SEQUENCE);
        while (!extensions.isEmpty()) {
          DerReader extension = extensions.read(DerReader.SEQUENCE);
          String oid = extension.objectIdentifier();
          if (extension.next(DerReader.BOOLEAN)) {
            extension.bool();
          }
          byte[] value = extension.octetString();
          switch (oid) {
            case OID_ALTERNATIVE_NAMES -> names = AlternativeNames.parse(value);
            case OID_BASIC_CONSTRAINTS -> {
              DerReader constraints = DerReader.of(value).read(DerReader.SEQUENCE);
              ca = constraints.next(DerReader.BOOLEAN) && constraints.bool();
            }
            default -> {}
          }
        }
      }
    }
    return new Body(
        subject, UnsafeByteOperations.unsafeWrap(spki), VerifyingKey.parse(spki), names, ca);
  }
}
