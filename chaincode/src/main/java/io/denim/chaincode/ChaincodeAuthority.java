package io.denim.chaincode;

import com.google.protobuf.ByteString;
import io.denim.wire.ServerTls;
import io.denim.wire.Sha256;
import io.denim.wire.TlsKeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate authority between a peer and the chaincodes that it starts: made anew at each
/// start of the peer, kept in memory only. It knows which package it gave which certificate, so
/// that no chaincode can pass for another (fabric v3.1.5 core/chaincode/accesscontrol,
/// common/crypto/tlsgen). Safe for use by any thread.
public final class ChaincodeAuthority {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode.accesscontrol");

  private final CertificateMaker maker;
  private final Map<String, ByteString> certificateHashes = new ConcurrentHashMap<>();

  private ChaincodeAuthority(CertificateMaker maker) {
    this.maker = maker;
  }

  public static ChaincodeAuthority create(InstantSource clock) {
    return new ChaincodeAuthority(CertificateMaker.create(clock));
  }

  /// PEM, for chaincodes to check the peer.
  public ByteString rootCertificate() {
    return maker.rootCertificate();
  }

  /// How the peer's chaincode listener proves who it is; it demands certificates of this authority.
  ///
  /// @param hosts names and addresses under which chaincodes dial the peer
  public ServerTls serverTls(List<String> hosts) {
    return new ServerTls(
        maker.issue(hosts, true), ServerTls.ClientAuth.REQUIRED, List.of(rootCertificate()));
  }

  /// A new client certificate for a package; earlier ones of that package are void.
  public TlsKeyPair issue(String packageId) {
    CertificateMaker.Issued issued = maker.issueClient();
    certificateHashes.put(packageId, issued.hash());
    return issued.keyPair();
  }

  /// Why the bearer of the certificate may not register as that package, empty if it may.
  Optional<String> refusal(String packageId, Optional<X509Certificate> certificate) {
    Optional<String> refusal = check(packageId, certificate);
    refusal.ifPresent(LOG::warn);
    return refusal;
  }

  private Optional<String> check(String packageId, Optional<X509Certificate> certificate) {
    if (certificate.isEmpty()) {
      return Optional.of("TLS is active but chaincode " + packageId + " didn't send certificate");
    }
    ByteString hash;
    try {
      hash = Sha256.of(ByteString.copyFrom(certificate.get().getEncoded()));
    } catch (CertificateEncodingException e) {
      return Optional.of("the certificate of chaincode " + packageId + " is unreadable");
    }
    if (hash.equals(certificateHashes.get(packageId))) {
      return Optional.empty();
    }
    return Optional.of(
        "Chaincode "
            + packageId
            + (certificateHashes.containsValue(hash)
                ? " with given certificate belongs to a different chaincode"
                : " with given certificate not found in registry"));
  }
}
