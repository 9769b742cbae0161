package io.denim.cli.discover;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.identity.ClientIdentity;
import io.denim.identity.MspConfigException;
import io.denim.identity.TemporaryCertificate;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.discovery.AuthInfo;
import org.hyperledger.fabric.protos.discovery.DiscoveryGrpc;
import org.hyperledger.fabric.protos.discovery.Query;
import org.hyperledger.fabric.protos.discovery.QueryResult;
import org.hyperledger.fabric.protos.discovery.Request;
import org.hyperledger.fabric.protos.discovery.Response;
import org.hyperledger.fabric.protos.discovery.SignedRequest;

/// A connection to a peer's discovery service as a user (fabric v3.1.5 discovery/client). Used by
/// one thread.
final class DiscoverClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final NodeClient peer;
  private final ClientIdentity user;

  private DiscoverClient(NodeClient peer, ClientIdentity user) {
    this.peer = peer;
    this.user = user;
  }

  /// The peer was not reached, or refused the request.
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(ClientException cause) {
      super(
          String.valueOf(cause.getMessage())
              .replaceFirst(
                  "^failed to connect to [^ ]+: ", "failed connecting to discovery service: "),
          cause);
    }
  }

  /// @throws ClientException if the settings are not usable
  static DiscoverClient open(DiscoverConfig config, String server)
      throws ClientException, RefusedException, InterruptedException {
    Optional<ClientTls> tls =
        config.peerRoot().isEmpty() ? Optional.empty() : Optional.of(tls(config));
    ClientIdentity user = user(config);
    try {
      NodeClient peer = NodeClient.of(server, tls);
      try {
        peer.connect(CONNECT);
        return new DiscoverClient(peer, user);
      } catch (ClientException e) {
        peer.close();
        throw new RefusedException(e);
      }
    } catch (TlsConfigurationException e) {
      throw new ClientException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ClientTls tls(DiscoverConfig config) throws ClientException {
    ByteString root = DiscoverConfig.read(config.peerRoot());
    TlsKeyPair pair;
    if (config.certificate().isEmpty() && config.key().isEmpty()) {
      TemporaryCertificate made = TemporaryCertificate.create(InstantSource.system());
      pair = new TlsKeyPair(made.certificate(), made.privateKey());
    } else {
      ByteString key = DiscoverConfig.read(config.key());
      pair = new TlsKeyPair(DiscoverConfig.read(config.certificate()), key);
    }
    return new ClientTls(List.of(root), Optional.of(pair), Optional.empty());
  }

  private static ClientIdentity user(DiscoverConfig config) throws ClientException {
    ByteString certificate = DiscoverConfig.read(config.userCertificate());
    ByteString key = DiscoverConfig.read(config.userKey());
    try {
      return ClientIdentity.of(config.mspId(), certificate, key);
    } catch (MspConfigException e) {
      throw new ClientException(String.valueOf(e.getMessage()), e);
    }
  }

  /// @throws ClientException if the answer is of no use
  QueryResult ask(Query query) throws ClientException, RefusedException {
    ByteString request =
        Request.newBuilder()
            .setAuthentication(
                AuthInfo.newBuilder()
                    .setClientIdentity(user.serialized())
                    .setClientTlsCertHash(peer.tlsCertificateHash()))
            .addQueries(query)
            .build()
            .toByteString();
    Response response;
    try {
      response =
          peer.call(
              DiscoveryGrpc.getDiscoverMethod(),
              SignedRequest.newBuilder()
                  .setPayload(request)
                  .setSignature(user.sign(request))
                  .build(),
              PATIENCE);
    } catch (ClientException e) {
      throw new RefusedException(e);
    }
    if (response.getResultsCount() == 0) {
      throw new ClientException("empty results");
    }
    return response.getResults(0);
  }

  @Override
  public void close() {
    peer.close();
  }
}
