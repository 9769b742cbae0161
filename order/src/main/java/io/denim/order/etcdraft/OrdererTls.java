package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.OrdererOrganization;
import io.denim.identity.Msp;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsKeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How orderers of a channel know each other: by the TLS roots of the orderer organizations, and
/// each by its own certificate's public key.
final class OrdererTls {
  private OrdererTls() {}

  /// How to connect to the other orderers of a channel.
  static ClientTls client(ChannelConfig config, TlsKeyPair own) {
    List<ByteString> roots = new ArrayList<>();
    for (OrdererOrganization organization :
        config.orderer().orElseThrow().organizations().values()) {
      Optional<Msp> msp = config.msps().msp(organization.mspId());
      if (msp.isPresent()) {
        roots.addAll(msp.get().tlsRootCertificates());
        roots.addAll(msp.get().tlsIntermediateCertificates());
      }
    }
    return new ClientTls(roots, Optional.of(own), Optional.empty());
  }

  /// The public key in a PEM certificate.
  ///
  /// @throws CertificateException if it does not parse
  static ByteString publicKey(ByteString pem) throws CertificateException {
    var certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem.newInput());
    return ByteString.copyFrom(certificate.getPublicKey().getEncoded());
  }
}
