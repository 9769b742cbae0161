package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.DerReader.DerException;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A list of revoked certificates of one CA. Immutable.
///
/// Follows Go's crypto/x509 ParseCRL and fabric v3.1.5 msp/{mspimplsetup,mspimplvalidate}.go.
///
/// @param authorityKeyId of the CA; null where the list does not say
record RevocationList(
    Set<BigInteger> serialNumbers,
    @Nullable ByteString authorityKeyId,
    ByteString signed,
    SignatureAlgorithm algorithm,
    ByteString signature) {
  private static final String AUTHORITY_KEY_ID = "551d23";
  private static final int EXPLICIT_0 = 0xa0;
  private static final int UTC_TIME = 23;
  private static final int GENERALIZED_TIME = 24;

  RevocationList {
    serialNumbers = Set.copyOf(serialNumbers);
  }

  /// Reads PEM or DER.
  ///
  /// @throws DerException if it is not a revocation list
  static RevocationList parse(ByteString bytes) throws DerException {
    ByteString der = bytes;
    if (bytes.startsWith(ByteString.copyFromUtf8("-----BEGIN X509 CRL"))) {
      der =
          Pem.decode(bytes)
              .filter(block -> block.type().equals("X509 CRL"))
              .map(Pem.Block::content)
              .orElse(bytes);
    }
    DerReader input = DerReader.of(der);
    DerReader list = input.read(DerReader.SEQUENCE);
    if (!input.isEmpty()) {
      throw new DerException("x509: trailing data after CRL");
    }
    byte[] signed = list.element(DerReader.SEQUENCE);
    DerReader identifier = list.read(DerReader.SEQUENCE);
    SignatureAlgorithm algorithm =
        SignatureAlgorithm.of(identifier.objectIdentifier(), !identifier.isEmpty());
    ByteString signature = UnsafeByteOperations.unsafeWrap(list.bitStringAligned());
    if (algorithm.isEcdsa()) {
      signature = EcdsaSignature.parse(signature).der();
    }
    return ofSigned(signed, algorithm, signature);
  }

  /// Why the CA did not sign this list; empty if it did.
  Optional<String> refusalBy(Certificate ca) {
    return algorithm.refusal(signed, signature, ca.key(), true);
  }

  private static RevocationList ofSigned(
      byte[] signed, SignatureAlgorithm algorithm, ByteString signature) throws DerException {
    DerReader body = DerReader.of(signed).read(DerReader.SEQUENCE);
    if (body.next(DerReader.INTEGER)) {
      body.any();
    }
    body.read(DerReader.SEQUENCE); // algorithm
    body.read(DerReader.SEQUENCE); // issuer
    CertificateTime.read(body);
    if (body.next(UTC_TIME) || body.next(GENERALIZED_TIME)) {
      CertificateTime.read(body);
    }
    Set<BigInteger> serialNumbers = new HashSet<>();
    if (body.next(DerReader.SEQUENCE)) {
      DerReader revoked = body.any();
      while (!revoked.isEmpty()) {
        serialNumbers.add(revoked.read(DerReader.SEQUENCE).integer());
      }
    }
    ByteString authorityKeyId = body.next(EXPLICIT_0) ? authorityKeyId(body.any()) : null;
    return new RevocationList(
        serialNumbers,
        authorityKeyId,
        UnsafeByteOperations.unsafeWrap(signed),
        algorithm,
        signature);
  }

  private static @Nullable ByteString authorityKeyId(DerReader explicit) throws DerException {
    DerReader extensions = explicit.read(DerReader.SEQUENCE);
    while (!extensions.isEmpty()) {
      DerReader extension = extensions.read(DerReader.SEQUENCE);
      String oid = extension.objectIdentifier();
      if (extension.next(DerReader.BOOLEAN)) {
        extension.any();
      }
      if (oid.equals(AUTHORITY_KEY_ID)) {
        DerReader identifier = DerReader.of(extension.octetString()).read(DerReader.SEQUENCE);
        return identifier.next(0x80)
            ? ByteString.copyFrom(identifier.any().rest())
            : ByteString.EMPTY;
      }
    }
    return null;
  }
}
