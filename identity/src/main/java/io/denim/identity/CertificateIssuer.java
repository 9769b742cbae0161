package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.DerReader.DerException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Whoever signs certificates and revocation lists: a CA's certificate and its key. Safe for use by
/// any thread.
///
/// Follows Go's crypto/x509 CreateCertificate and CreateCRL, and cfssl's signer/local.
public final class CertificateIssuer {
  private static final int SERIAL_NUMBER_BYTES = 20;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Certificate certificate;
  private final SubjectKey key;

  private CertificateIssuer(Certificate certificate, SubjectKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /// A CA that was made before.
  ///
  /// @param keyPem PKCS #8 or SEC 1
  /// @throws GeneralSecurityException if the key is no ECDSA key or not the certificate's
  public static CertificateIssuer of(Certificate certificate, ByteString keyPem)
      throws GeneralSecurityException {
    return new CertificateIssuer(certificate, SubjectKey.of(keyPem, certificate));
  }

  /// A root CA, which certifies itself.
  public static CertificateIssuer root(CertificateTemplate template, SubjectKey key) {
    ByteString name = template.subject().der();
    return new CertificateIssuer(
        issue(template, key.subjectPublicKeyInfo(), new Signer(name, ByteString.EMPTY, key)), key);
  }

  public Certificate certificate() {
    return certificate;
  }

  /// Certifies the key of a request, under the name and for the uses that the template says.
  public Certificate issue(CertificateTemplate template, CertificationRequest request) {
    return issue(template, request.subjectPublicKeyInfo(), signer());
  }

  /// Certifies a key of this process.
  public Certificate issue(CertificateTemplate template, SubjectKey subject) {
    return issue(template, subject.subjectPublicKeyInfo(), signer());
  }

  /// A revoked certificate.
  public record Revoked(BigInteger serialNumber, Instant time) {}

  /// A revocation list in PEM.
  public ByteString revocationList(List<Revoked> revoked, Instant now, Instant next) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(DerWriter.integer(BigInteger.ONE));
    parts.add(algorithm(key));
    parts.add(certificate.subject().toByteArray());
    parts.add(CertificateTemplate.time(now));
    parts.add(CertificateTemplate.time(next));
    if (!revoked.isEmpty()) {
      List<byte[]> entries = new ArrayList<>();
      for (Revoked each : revoked) {
        entries.add(
            DerWriter.sequence(
                DerWriter.integer(each.serialNumber()), CertificateTemplate.time(each.time())));
      }
      parts.add(DerWriter.sequence(entries.toArray(byte[][]::new)));
    }
    ByteString id = certificate.subjectKeyId();
    if (!id.isEmpty()) {
      byte[] identifier = DerWriter.sequence(DerWriter.element(0x80, id.toByteArray()));
      byte[] extension = CertificateTemplate.extension("551d23", false, identifier);
      parts.add(DerWriter.element(0xa0, DerWriter.sequence(extension)));
    }
    return Pem.encode("X509 CRL", signed(DerWriter.sequence(parts.toArray(byte[][]::new)), key));
  }

  /// Who signs: its name in DER, its key's identifier and its key.
  private record Signer(ByteString name, ByteString keyId, SubjectKey key) {}

  private Signer signer() {
    return new Signer(certificate.subject(), certificate.subjectKeyId(), key);
  }

  private static Certificate issue(
      CertificateTemplate template, ByteString subjectPublicKeyInfo, Signer signer) {
    byte[] tbs =
        DerWriter.sequence(
            DerWriter.element(0xa0, DerWriter.integer(BigInteger.TWO)),
            DerWriter.integer(serialNumber()),
            algorithm(signer.key()),
            signer.name().toByteArray(),
            template.validity(),
            template.subject().der().toByteArray(),
            subjectPublicKeyInfo.toByteArray(),
            DerWriter.element(
                0xa3, template.extensions(keyBits(subjectPublicKeyInfo), signer.keyId())));
    try {
      return Certificate.ofDer(signed(tbs, signer.key()));
    } catch (DerException e) {
      throw new IllegalStateException("made a certificate that is none: " + e.getMessage(), e);
    }
  }

  /// A structure with its signature, as certificates, requests and revocation lists have it.
  static ByteString signed(byte[] structure, SubjectKey key) {
    HashFunction hash =
        key.publicKey().order().bitLength() > 256 ? HashFunction.SHA384 : HashFunction.SHA256;
    ByteString digest = hash.of(List.of(UnsafeByteOperations.unsafeWrap(structure)));
    ByteString signature = key.signing().sign(digest, key.publicKey());
    return UnsafeByteOperations.unsafeWrap(
        DerWriter.sequence(
            structure, algorithm(key), DerWriter.bitString(signature.toByteArray())));
  }

  /// SHA-384 goes with every curve larger than P-256.
  private static byte[] algorithm(SubjectKey key) {
    String oid =
        key.publicKey().order().bitLength() > 256 ? "2a8648ce3d040303" : "2a8648ce3d040302";
    return DerWriter.sequence(
        DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(oid)));
  }

  private static ByteString keyBits(ByteString subjectPublicKeyInfo) {
    try {
      DerReader spki = DerReader.of(subjectPublicKeyInfo).read(DerReader.SEQUENCE);
      spki.any();
      return UnsafeByteOperations.unsafeWrap(spki.bitStringAligned());
    } catch (DerException e) {
      throw new IllegalStateException("a key that was parsed is none: " + e.getMessage(), e);
    }
  }

  private static BigInteger serialNumber() {
    byte[] bytes = new byte[SERIAL_NUMBER_BYTES];
    RANDOM.nextBytes(bytes);
    bytes[0] &= 0x7f;
    return new BigInteger(bytes);
  }
}
