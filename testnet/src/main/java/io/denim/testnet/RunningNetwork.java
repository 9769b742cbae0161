package io.denim.testnet;

import io.denim.cli.ClientException;
import io.denim.identity.SignatureVerifier;
import io.denim.node.Logging;
import io.denim.peer.PeerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// A network for tests, in a temporary folder that goes when it is closed. Safe for use by any
/// thread.
public final class RunningNetwork implements AutoCloseable {
  private final Network network;
  private final NetworkCrypto crypto;

  private RunningNetwork(Network network) {
    this.network = network;
    this.crypto =
        new NetworkCrypto(network.directory(), SignatureVerifier.create(), InstantSource.system());
  }

  /// @throws IllegalStateException if it does not start; then nothing keeps running
  static RunningNetwork start(NetworkSpec spec) {
    return start(spec, UnaryOperator.identity());
  }

  /// @param tuning changes peers' settings
  /// @throws IllegalStateException if it does not start; then nothing keeps running
  static RunningNetwork start(NetworkSpec spec, UnaryOperator<PeerSettings> tuning) {
    try {
      NetworkDirectory directory = new NetworkDirectory(Files.createTempDirectory("denim"));
      try {
        NetworkPlan plan = Network.plan(directory, spec);
        Logging logging = Logging.start(System.getenv(), "warn");
        return new RunningNetwork(Network.start(plan, directory, logging, step -> {}, tuning));
      } catch (NetworkException | IOException e) {
        Trees.delete(directory.root());
        throw new IllegalStateException(e.getMessage(), e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder for a network", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a network starts", e);
    }
  }

  /// The name of its channel.
  public String channel() {
    return network.plan().spec().channel();
  }

  /// What is in it, and on which ports.
  public NetworkPlan plan() {
    return network.plan();
  }

  /// Where its files lie.
  public NetworkDirectory directory() {
    return network.directory();
  }

  /// Stops a node.
  ///
  /// @param hostname such as `peer0.org1.example.com` or `orderer.example.com`
  void stop(String hostname) {
    network.stop(hostname);
  }

  /// Starts a node that was stopped, with all that it had.
  ///
  /// @throws IllegalStateException if it does not start
  void restart(String hostname) throws InterruptedException {
    try {
      network.start(hostname);
    } catch (NetworkException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /// An organization's first peer.
  ///
  /// @param organization such as `Org1` or `Org1MSP`
  /// @throws IllegalArgumentException if there is no such organization
  public NetworkPeer peer(String organization) {
    NetworkPlan.Organization owner = plan().organization(organization);
    NetworkPlan.Peer peer = owner.peers().getFirst();
    return new NetworkPeer(
        owner.mspId(),
        peer.address(),
        peer.hostname(),
        onlyFile(directory().organization(owner).resolve("msp/tlscacerts")));
  }

  /// A user of an organization.
  ///
  /// @param user `Admin` or `User1`
  /// @throws IllegalArgumentException if there is no such organization
  /// @throws UncheckedIOException if there is no such user
  public NetworkUser user(String organization, String user) {
    NetworkPlan.Organization owner = plan().organization(organization);
    Path msp = directory().user(owner, user).resolve("msp");
    return new NetworkUser(
        owner.mspId(), onlyFile(msp.resolve("signcerts")), onlyFile(msp.resolve("keystore")));
  }

  /// Brings a chaincode onto the channel, or up to date if it is there: packs, installs on all
  /// peers, approves for all organizations, commits. Compiling may take minutes.
  ///
  /// @param source the folder with its sources or jars
  /// @param policy who must endorse, in the policy language; the channel's own if empty
  /// @param collections a JSON file with private-data collections
  /// @throws IllegalStateException if a step fails, with what failed
  public void deploy(
      Path source, String name, Optional<String> policy, Optional<Path> collections) {
    try {
      new Deployment(plan(), crypto, step -> {})
          .deploy(new Deployment.Chaincode(source, name, "auto", policy, collections, false));
    } catch (ClientException e) {
      throw new IllegalStateException("chaincode " + name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " is deployed", e);
    }
  }

  /// Variables that fabric-samples' applications read, to act as `User1` of an organization.
  ///
  /// @throws IllegalArgumentException if there is no such organization
  public Map<String, String> environment(String organization) {
    NetworkPeer peer = peer(organization);
    NetworkUser user = user(organization, "User1");
    NetworkPlan.Organization owner = plan().organization(organization);
    return Map.of(
        "CHANNEL_NAME", channel(),
        "MSP_ID", owner.mspId(),
        "CRYPTO_PATH", directory().organization(owner).toString(),
        "KEY_DIRECTORY_PATH", parent(user.privateKey()),
        "CERT_DIRECTORY_PATH", parent(user.certificate()),
        "TLS_CERT_PATH", peer.tlsRoot().toString(),
        "PEER_ENDPOINT", peer.address(),
        "PEER_HOST_ALIAS", peer.hostname());
  }

  /// Stops all nodes and deletes their data.
  @Override
  public void close() {
    network.close();
    try {
      Trees.delete(network.directory().root());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String parent(Path file) {
    return String.valueOf(file.getParent());
  }

  private static Path onlyFile(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.sorted().toList();
      if (found.isEmpty()) {
        throw new IOException(folder + " is empty");
      }
      return found.getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
