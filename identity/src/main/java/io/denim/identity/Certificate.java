package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.DerReader.DerException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An X.509 certificate as Go reads one: what Go refuses to parse is refused, what Go lets through
/// is let through, so that nodes agree on who is who. Equal where the bytes are. Immutable.
///
/// Follows Go's crypto/x509 parser.go parseCertificate.
public final class Certificate {
  private static final int EXPLICIT_0 = 0xa0;
  private static final int EXPLICIT_3 = 0xa3;

  private final ByteString der;
  private final ByteString signed;
  private final byte[] algorithmElement;
  private final SignatureAlgorithm algorithm;
  private final ByteString signature;
  private final Body body;

  /// What the issuer signed, taken apart.
  ///
  /// @param version 1 to 3
  private record Body(
      int version,
      BigInteger serialNumber,
      ByteString issuer,
      Instant notBefore,
      Instant notAfter,
      ByteString subject,
      CertificateName subjectName,
      VerifyingKey key,
      CertificateExtensions extensions) {}

  private Certificate(ByteString der) throws DerException {
    this.der = der;
    DerReader input = DerReader.of(der);
    DerReader outer = malformed(() -> input.read(DerReader.SEQUENCE), "certificate");
    if (!input.isEmpty()) {
      throw new DerException("x509: trailing data");
    }
    byte[] tbs = malformed(() -> outer.element(DerReader.SEQUENCE), "tbs certificate");
    this.signed = UnsafeByteOperations.unsafeWrap(tbs);
    this.algorithmElement =
        malformed(() -> outer.element(DerReader.SEQUENCE), "algorithm identifier");
    this.body = body(DerReader.of(tbs).read(DerReader.SEQUENCE), algorithmElement);
    DerReader identifier = DerReader.of(algorithmElement).read(DerReader.SEQUENCE);
    this.algorithm = SignatureAlgorithm.of(identifier.objectIdentifier(), !identifier.isEmpty());
    this.signature =
        UnsafeByteOperations.unsafeWrap(malformed(outer::bitStringAligned, "signature"));
  }

  /// Reads one certificate from DER.
  ///
  /// @throws DerException where Go would not parse it, with Go's words
  static Certificate ofDer(ByteString der) throws DerException {
    return new Certificate(der);
  }

  /// Reads the first certificate of a PEM text.
  ///
  /// @throws IllegalArgumentException if there is no PEM block or Go would not parse it; the
  ///   message says which
  public static Certificate ofPem(ByteString pem) {
    Pem.Block block =
        Pem.decode(pem)
            .orElseThrow(() -> new IllegalArgumentException("could not decode the PEM structure"));
    try {
      return ofDer(block.content());
    } catch (DerException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// The whole certificate in DER.
  public ByteString der() {
    return der;
  }

  /// The certificate in PEM as Go writes it.
  public ByteString pem() {
    return Pem.encode("CERTIFICATE", der);
  }

  public BigInteger serialNumber() {
    return body.serialNumber();
  }

  public Instant notBefore() {
    return body.notBefore();
  }

  public Instant notAfter() {
    return body.notAfter();
  }

  /// The subject's common name; empty where it has none.
  public String commonName() {
    return body.subjectName().commonName();
  }

  /// The subject's organizational units in order.
  public List<String> organizationalUnits() {
    return body.subjectName().organizationalUnits();
  }

  /// Whether the certificate says that it is a CA's.
  public boolean isCa() {
    return body.extensions().isCa();
  }

  /// Whether it is a CA's that other CAs may follow in a chain.
  public boolean mayIssueCas() {
    return isCa() && body.extensions().maxPathLength() != 0;
  }

  /// The identifier of the certified key in bytes; empty where the certificate does not say.
  public ByteString subjectKeyId() {
    ByteString id = body.extensions().subjectKeyId();
    return id == null ? ByteString.EMPTY : id;
  }

  /// The identifier of the issuer's key in bytes; empty where the certificate does not say.
  public ByteString authorityKeyId() {
    return body.extensions().authorityKeyId();
  }

  /// Whether the certified key signed a message: ECDSA with low S over its SHA-256, or Ed25519.
  public boolean verifies(ByteString message, ByteString signature) {
    ByteString signed =
        body.key().algorithm() == VerifyingKey.Algorithm.ED25519
            ? message
            : HashFunction.SHA256.of(List.of(message));
    return SignatureVerifier.remembering(1).verify(body.key(), signed, signature);
  }

  /// The subject's name in DER.
  ByteString subject() {
    return body.subject();
  }

  /// The issuer's name in DER.
  ByteString issuer() {
    return body.issuer();
  }

  VerifyingKey key() {
    return body.key();
  }

  CertificateExtensions extensions() {
    return body.extensions();
  }

  SignatureAlgorithm algorithm() {
    return algorithm;
  }

  /// The issuer's signature.
  ByteString signature() {
    return signature;
  }

  /// The same certificate with another signature of its issuer.
  ///
  /// @throws DerException never for a certificate that was parsed
  Certificate withSignature(ByteString other) throws DerException {
    return ofDer(
        UnsafeByteOperations.unsafeWrap(
            DerWriter.sequence(
                signed.toByteArray(), algorithmElement, DerWriter.bitString(other.toByteArray()))));
  }

  /// Why the parent did not sign this certificate; empty if it did.
  public Optional<String> refusalBy(Certificate parent) {
    CertificateExtensions extensions = parent.extensions();
    boolean noConstraints = parent.body.version() == 3 && !extensions.basicConstraints();
    if (noConstraints
        || (extensions.basicConstraints() && !extensions.isCa())
        || !extensions.mayIssue()) {
      return Optional.of(
          "x509: invalid signature: parent certificate cannot sign this kind of certificate");
    }
    return algorithm.refusal(signed, signature, parent.key(), false);
  }

  private static Body body(DerReader tbs, byte[] outerAlgorithm) throws DerException {
    int version = version(tbs);
    BigInteger serialNumber = malformed(tbs::integer, "serial number");
    if (serialNumber.signum() < 0) {
      throw new DerException("x509: negative serial number");
    }
    byte[] inner =
        malformed(() -> tbs.element(DerReader.SEQUENCE), "signature algorithm identifier");
    if (!Arrays.equals(inner, outerAlgorithm)) {
      throw new DerException("x509: inner and outer signature algorithm identifiers don't match");
    }
    byte[] issuer = malformed(() -> tbs.element(DerReader.SEQUENCE), "issuer");
    CertificateName.parse(issuer);
    DerReader validity = malformed(() -> tbs.read(DerReader.SEQUENCE), "validity");
    Instant notBefore = CertificateTime.read(validity);
    Instant notAfter = CertificateTime.read(validity);
    byte[] subject = malformed(() -> tbs.element(DerReader.SEQUENCE), "issuer");
    CertificateName subjectName = CertificateName.parse(subject);
    byte[] spki = malformed(() -> tbs.element(DerReader.SEQUENCE), "spki");
    return new Body(
        version,
        serialNumber,
        UnsafeByteOperations.unsafeWrap(issuer),
        notBefore,
        notAfter,
        UnsafeByteOperations.unsafeWrap(subject),
        subjectName,
        VerifyingKey.parse(spki),
        extensions(tbs, version));
  }

  private static int version(DerReader tbs) throws DerException {
    if (!tbs.next(EXPLICIT_0)) {
      return 1;
    }
    DerReader explicit = tbs.any();
    BigInteger version = malformed(explicit::integer, "version");
    if (!explicit.isEmpty() || version.signum() < 0 || version.bitLength() > 31) {
      throw new DerException("x509: malformed version");
    }
    if (version.intValue() > 2) {
      throw new DerException("x509: invalid version");
    }
    return version.intValue() + 1;
  }

  private static CertificateExtensions extensions(DerReader tbs, int version) throws DerException {
    if (version > 1) {
      skip(tbs, 0x81);
      skip(tbs, 0x82);
    }
    if (version < 3 || !tbs.next(EXPLICIT_3)) {
      return CertificateExtensions.none();
    }
    DerReader explicit = malformed(tbs::any, "extensions");
    return CertificateExtensions.parse(
        malformed(() -> explicit.read(DerReader.SEQUENCE), "extensions"));
  }

  private static void skip(DerReader reader, int tag) throws DerException {
    if (reader.next(tag)) {
      reader.any();
    }
  }

  private interface Step<T> {
    T read() throws DerException;
  }

  private static <T> T malformed(Step<T> step, String what) throws DerException {
    try {
      return step.read();
    } catch (DerException e) {
      throw new DerException("x509: malformed " + what);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Certificate that && der.equals(that.der);
  }

  @Override
  public int hashCode() {
    return der.hashCode();
  }

  @Override
  public String toString() {
    return "certificate of " + commonName() + ", serial number " + serialNumber().toString(16);
  }
}
