package io.denim.wire;

import com.google.protobuf.ByteString;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;

/// A TLS certificate chain and its private key, both PEM.
///
/// @param certificateChain the node's own certificate first
/// @param privateKey PKCS#8 or SEC 1
public record TlsKeyPair(ByteString certificateChain, ByteString privateKey) {
  /// The SHA-256 of the own certificate's DER form, by which signed requests are bound to a
  /// connection.
  ///
  /// @throws IllegalStateException if the chain does not begin with a certificate
  public ByteString certificateHash() {
    try {
      return Sha256.of(ByteString.copyFrom(certificate().getEncoded()));
    } catch (CertificateException e) {
      throw new IllegalStateException("the TLS certificate does not parse: " + e.getMessage(), e);
    }
  }

  /// When the own certificate ceases to be valid.
  ///
  /// @throws IllegalStateException if the chain does not begin with a certificate
  public Instant expires() {
    try {
      return certificate().getNotAfter().toInstant();
    } catch (CertificateException e) {
      throw new IllegalStateException("the TLS certificate does not parse: " + e.getMessage(), e);
    }
  }

  private X509Certificate certificate() throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(certificateChain.newInput());
  }

  @Override
  public String toString() {
    return "TlsKeyPair[certificateChain=" + certificateChain.size() + " bytes, privateKey=hidden]";
  }
}
