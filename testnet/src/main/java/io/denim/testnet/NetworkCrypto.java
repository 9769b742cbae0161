package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import io.denim.cli.NodeClient;
import io.denim.cli.ParticipationClient;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.node.Listener;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// A network's identities and the TLS that goes with them, read from its directory.
final class NetworkCrypto {
  private final NetworkDirectory directory;
  private final SignatureVerifier verifier;
  private final InstantSource clock;

  NetworkCrypto(NetworkDirectory directory, SignatureVerifier verifier, InstantSource clock) {
    this.directory = directory;
    this.verifier = verifier;
    this.clock = clock;
  }

  /// Signs as a user of an organization.
  ///
  /// @param user such as `Admin` or `User1`
  /// @throws ClientException if there is no such user
  EnvelopeSigner signer(NetworkPlan.Organization organization, String user) throws ClientException {
    Path folder = directory.user(organization, user);
    if (!Files.isDirectory(folder)) {
      throw new ClientException(
          "no user '" + user + "' in " + organization.name() + ": there is no " + folder);
    }
    try {
      LocalMsp msp = LocalMsp.load(folder.resolve("msp"), organization.mspId(), verifier, clock);
      return new EnvelopeSigner(msp.signingIdentity(), clock);
    } catch (MspConfigException e) {
      throw new ClientException("user " + user + " is not usable: " + e.getMessage(), e);
    }
  }

  NodeClient peer(NetworkPlan.Organization organization, NetworkPlan.Peer peer)
      throws ClientException {
    Path root = directory.organization(organization).resolve("msp/tlscacerts");
    return client(peer.address(), onlyFile(root));
  }

  NodeClient orderer(NetworkPlan.Orderer orderer) throws ClientException {
    return client(orderer.address(), ordererRoot());
  }

  /// A peer's gateway, as a user of its organization.
  GatewayClient gateway(
      NetworkPlan.Organization organization, NetworkPlan.Peer peer, String user, Duration patience)
      throws ClientException {
    ByteString root = onlyFile(directory.organization(organization).resolve("msp/tlscacerts"));
    try {
      return new GatewayClient(
          peer.address(),
          Optional.of(ClientTls.trusting(root)),
          signer(organization, user),
          patience);
    } catch (TlsConfigurationException e) {
      throw new ClientException(e.getMessage() == null ? "" + e : e.getMessage(), e);
    }
  }

  /// The channel participation API of an orderer, as its administrator.
  ParticipationClient participation(NetworkPlan.Orderer orderer) throws ClientException {
    Path tls = directory.ordererAdmin().resolve("tls");
    try {
      TlsKeyPair pair =
          new TlsKeyPair(
              Listener.read(tls.resolve("client.crt")), Listener.read(tls.resolve("client.key")));
      return new ParticipationClient(
          orderer.adminAddress(),
          Optional.of(new ClientTls(List.of(ordererRoot()), Optional.of(pair), Optional.empty())));
    } catch (IOException | TlsConfigurationException e) {
      throw new ClientException(e.getMessage() == null ? "" + e : e.getMessage(), e);
    }
  }

  private ByteString ordererRoot() throws ClientException {
    return onlyFile(directory.ordererOrganization().resolve("msp/tlscacerts"));
  }

  private static NodeClient client(String address, ByteString root) throws ClientException {
    try {
      return NodeClient.of(address, Optional.of(ClientTls.trusting(root)));
    } catch (TlsConfigurationException e) {
      throw new ClientException(e.getMessage() == null ? "" + e : e.getMessage(), e);
    }
  }

  private static ByteString onlyFile(Path folder) throws ClientException {
    try (var files = Files.list(folder)) {
      Path file =
          files.sorted().findFirst().orElseThrow(() -> new IOException(folder + " is empty"));
      return Listener.read(file);
    } catch (IOException e) {
      throw new ClientException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }
}
