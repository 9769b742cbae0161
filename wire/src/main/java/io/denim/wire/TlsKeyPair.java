package io.denim.wire;

import com.google.protobuf.ByteString;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

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
      var certificate =
          CertificateFactory.getInstance("X.509").generateCertificate(certificateChain.newInput());
      return Sha256.of(ByteString.copyFrom(certificate.getEncoded()));
    } catch (CertificateException e) {
      throw new IllegalStateException("the TLS certificate does not parse: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "TlsKeyPair[certificateChain=" + certificateChain.size() + " bytes, privateKey=hidden]";
  }
}
