package io.denim.cli.peer;

import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.cli.TransactionClient;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// The connections of one command that deals with chaincode: to the peers that its flags name, or
/// to the environment's, and to an orderer if it needs one (fabric v3.1.5 internal/peer/chaincode,
/// lifecycle/chaincode/client_connections.go).
final class PeerConnections implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final PeerEnvironment environment;
  private final List<NodeClient> peers;
  private final Optional<NodeClient> orderer;

  private PeerConnections(
      PeerEnvironment environment, List<NodeClient> peers, Optional<NodeClient> orderer) {
    this.environment = environment;
    this.peers = List.copyOf(peers);
    this.orderer = orderer;
  }

  static FlagSet flags(FlagSet set, boolean waitByDefault) {
    return set.texts("peerAddresses", "The addresses of the peers to connect to")
        .texts("tlsRootCertFiles", "The TLS root cert files of these peers, in their order")
        .text("connectionProfile", "", "The connection profile that names the peers to connect to")
        .text("targetPeer", "", "The peer of the connection profile to connect to")
        .toggle("waitForEvent", "", waitByDefault, "Whether to wait for each peer's commit")
        .duration("waitForEventTimeout", "", "30s", "Time to wait for each peer's commit");
  }

  /// @param many whether the command may ask several peers
  static PeerConnections open(
      PeerEnvironment environment, Flags flags, String command, boolean many, boolean ordered)
      throws ClientException, InterruptedException {
    List<String> addresses = flags.texts("peerAddresses");
    List<String> roots = flags.texts("tlsRootCertFiles");
    if (flags.optional("connectionProfile").isPresent()) {
      ConnectionProfile profile =
          ConnectionProfile.of(flags, flags.has("channelID") ? flags.text("channelID") : "");
      if (profile.replacesFlags()) {
        addresses = profile.addresses();
        roots = profile.rootCertificates();
      }
    }
    if (!addresses.isEmpty() && environment.tls() && roots.isEmpty() && addresses.size() == 1) {
      throw new ClientException(
          "failed to retrieve endorser client for " + command + ": tls root cert file must be set");
    }
    addresses = orEmptyText(addresses);
    roots = orEmptyText(roots);
    check(environment, addresses, roots, command, many);
    List<NodeClient> peers = new ArrayList<>();
    String failing = "failed to retrieve endorser client for " + command;
    try {
      for (int i = 0; i < addresses.size(); i++) {
        peers.add(environment.peer(addresses.get(i), environment.tls() ? roots.get(i) : ""));
      }
      Optional<NodeClient> orderer = Optional.empty();
      if (ordered) {
        failing = "failed to retrieve broadcast client";
        orderer =
            Optional.of(
                OrdererEndpoint.connect(
                    flags, environment, Optional.of(peers.getFirst()), flags.text("channelID")));
      }
      return new PeerConnections(environment, peers, orderer);
    } catch (ClientException e) {
      peers.forEach(NodeClient::close);
      throw new ClientException(failing + ": " + e.getMessage(), e);
    }
  }

  private static List<String> orEmptyText(List<String> given) {
    return given.isEmpty() ? List.of("") : given;
  }

  private static void check(
      PeerEnvironment environment,
      List<String> addresses,
      List<String> roots,
      String command,
      boolean many)
      throws ClientException {
    String failed = "failed to validate peer connection parameters: ";
    if (!many && addresses.size() > 1) {
      throw new ClientException(
          failed
              + "'"
              + command
              + "' command supports one peer. "
              + addresses.size()
              + " peers provided");
    }
    if (environment.tls() && roots.size() != addresses.size()) {
      throw new ClientException(
          failed
              + "number of peer addresses ("
              + addresses.size()
              + ") does not match the number of TLS root cert files ("
              + roots.size()
              + ")");
    }
  }

  NodeClient peer() {
    return peers.getFirst();
  }

  /// The client of a command that needs an orderer.
  TransactionClient transactions() {
    return new TransactionClient(
        environment.signer(),
        peers,
        peers,
        orderer.orElseThrow(() -> new IllegalStateException("opened without an orderer")),
        PATIENCE);
  }

  Duration patience() {
    return PATIENCE;
  }

  /// How long the flags want the commit to be waited for; absent for not at all.
  static Optional<Duration> wait(Flags flags) {
    return flags.on("waitForEvent")
        ? Optional.of(flags.duration("waitForEventTimeout"))
        : Optional.empty();
  }

  /// Has a transaction ordered, and tells of each peer's commit.
  void order(TransactionClient.Endorsed endorsed, Flags flags)
      throws ClientException, InterruptedException {
    transactions().order(endorsed, wait(flags), this::tell);
  }

  private void tell(String txId, TxValidationCode status, String peer) {
    environment
        .log()
        .info(
            "chaincodeCmd",
            "ClientWait",
            "txid [" + txId + "] committed with status (" + status + ") at " + peer);
  }

  @Override
  public void close() {
    peers.forEach(NodeClient::close);
    orderer.ifPresent(NodeClient::close);
  }
}
