package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.ca.LocalCa;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.cli.ParticipationClient;
import io.denim.cli.TransactionProposal;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.node.Listener;
import io.denim.node.Logging;
import io.denim.order.OrdererNode;
import io.denim.peer.PeerNode;
import io.denim.peer.PeerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.hyperledger.fabric.protos.peer.Response;

/// A whole network in this process: orderers and peers as nodes of their own, that speak gRPC over
/// TLS to each other as separate processes would. Closing it stops all of them and loses nothing.
public final class Network implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String VERSION = "denim 0.1.0";
  private static final int ALREADY_JOINED = 405;
  private static final int CREATED = 201;

  private final NetworkPlan plan;
  private final NetworkDirectory directory;
  private final NetworkCrypto crypto;
  private final UnaryOperator<PeerSettings> tuning;
  private final Map<String, Callable<AutoCloseable>> starts = new LinkedHashMap<>();
  private final Map<String, AutoCloseable> nodes = new LinkedHashMap<>(); // orderers first

  private Network(
      NetworkPlan plan,
      NetworkDirectory directory,
      NetworkCrypto crypto,
      UnaryOperator<PeerSettings> tuning) {
    this.plan = plan;
    this.directory = directory;
    this.crypto = crypto;
    this.tuning = tuning;
  }

  /// What a network is told while it starts.
  @FunctionalInterface
  public interface Progress {
    void step(String what);
  }

  /// The plan of the network in a directory: the one that is there, or a new one, which [#start]
  /// keeps.
  ///
  /// @throws IOException if it cannot be read
  public static NetworkPlan plan(NetworkDirectory directory, NetworkSpec spec) throws IOException {
    return Files.exists(directory.plan()) ? PlanFile.read(directory.plan()) : PlanFile.draft(spec);
  }

  /// Starts all nodes, and has them join the channel where they have not yet.
  ///
  /// @throws NetworkException if anything fails; then nothing keeps running, and of a network that
  ///   was not there before, nothing is left but its log
  public static Network start(
      NetworkPlan plan, NetworkDirectory directory, Logging logging, Progress progress)
      throws NetworkException, InterruptedException {
    return start(plan, directory, logging, progress, UnaryOperator.identity());
  }

  /// @param tuning changes peers' settings
  static Network start(
      NetworkPlan plan,
      NetworkDirectory directory,
      Logging logging,
      Progress progress,
      UnaryOperator<PeerSettings> tuning)
      throws NetworkException, InterruptedException {
    InstantSource clock = InstantSource.system();
    SignatureVerifier verifier = SignatureVerifier.create();
    Network network =
        new Network(plan, directory, new NetworkCrypto(directory, verifier, clock), tuning);
    boolean isNew = !Files.exists(directory.plan());
    if (isNew) {
      requireOwn(directory);
    }
    try {
      if (isNew) {
        PlanFile.write(directory.plan(), plan);
      }
      progress.step("keys, certificates and the first block of " + plan.spec().channel());
      new NetworkFiles(plan, directory, clock).create();
      progress.step(
          plan.orderers().size()
              + " orderer(s), "
              + plan.peerCount()
              + " peer(s), "
              + plan.authorities().size()
              + " CA(s), all with TLS");
      network.startNodes(verifier, clock, logging);
      progress.step("channel " + plan.spec().channel());
      network.joinOrderers();
      network.joinPeers();
      return network;
    } catch (IOException | MspConfigException | ClientException | RuntimeException e) {
      network.abandon(isNew);
      throw new NetworkException("the network cannot start: " + Reasons.of(e), e);
    } catch (NetworkException | InterruptedException e) {
      network.abandon(isNew);
      throw e;
    }
  }

  /// A first start deletes what it made if it fails, which must not be anybody else's.
  private static void requireOwn(NetworkDirectory directory) throws NetworkException {
    for (Path made : directory.generated()) {
      if (Files.exists(made)) {
        throw new NetworkException(
            "%s is there, but no network of Denim's made it, as there is no %s; choose another folder with --dir"
                .formatted(made, directory.plan().getFileName()));
      }
    }
  }

  /// Stops what was started, and deletes what a first start made.
  private void abandon(boolean isNew) throws NetworkException {
    close();
    if (!isNew) {
      return;
    }
    try {
      for (Path made : directory.generated()) {
        Trees.delete(made);
      }
    } catch (IOException e) {
      throw new NetworkException(
          "what the failed start left in "
              + directory.root()
              + " cannot be deleted: "
              + Reasons.of(e),
          e);
    }
  }

  public NetworkPlan plan() {
    return plan;
  }

  public NetworkDirectory directory() {
    return directory;
  }

  /// Stops one node, if it runs.
  ///
  /// @param hostname a peer's or orderer's
  void stop(String hostname) {
    AutoCloseable node = nodes.remove(hostname);
    if (node != null) {
      close(node);
    }
  }

  /// Starts a node again that was stopped; one that runs goes on.
  ///
  /// @throws NetworkException if it does not start
  void start(String hostname) throws NetworkException, InterruptedException {
    Callable<AutoCloseable> start = starts.get(hostname);
    if (start != null && !nodes.containsKey(hostname)) {
      nodes.putAll(startAll(Map.of(hostname, start)));
    }
  }

  /// Stops all nodes, peers first.
  @Override
  public void close() {
    List<RuntimeException> problems = new ArrayList<>();
    for (AutoCloseable node : List.copyOf(nodes.values()).reversed()) {
      try {
        close(node);
      } catch (IllegalStateException e) { // the others are stopped all the same
        problems.add(e);
      }
    }
    nodes.clear();
    if (!problems.isEmpty()) {
      throw problems.getFirst();
    }
  }

  private static void close(AutoCloseable node) {
    try {
      node.close();
    } catch (Exception e) { // a node's close throws nothing checked
      throw new IllegalStateException("a node does not stop: " + e.getMessage(), e);
    }
  }

  /// Starts all nodes at the same time.
  private void startNodes(SignatureVerifier verifier, InstantSource clock, Logging logging)
      throws IOException, MspConfigException, NetworkException, InterruptedException {
    for (NetworkPlan.Orderer orderer : plan.orderers()) {
      starts.put(
          orderer.hostname(),
          () ->
              OrdererNode.start(
                  new NodeSettings(directory).orderer(orderer),
                  new OrdererNode.Environment(verifier, clock, new Metrics(), logging, VERSION)));
    }
    for (NetworkPlan.Organization organization : plan.organizations()) {
      for (NetworkPlan.Peer peer : organization.peers()) {
        starts.put(
            peer.hostname(),
            () ->
                PeerNode.start(
                    tuning.apply(new NodeSettings(directory).peer(organization, peer)),
                    new PeerNode.Environment(verifier, clock, new Metrics(), logging, VERSION)));
      }
    }
    for (NetworkPlan.Authority authority : plan.authorities()) {
      starts.put(authority.name(), () -> authority(authority).start(clock));
    }
    nodes.putAll(startAll(starts));
  }

  private static Map<String, AutoCloseable> startAll(Map<String, Callable<AutoCloseable>> starts)
      throws NetworkException, InterruptedException {
    List<AutoCloseable> started = AllAtOnce.run(List.copyOf(starts.values()));
    Map<String, AutoCloseable> byName = new LinkedHashMap<>();
    starts.keySet().forEach(name -> byName.put(name, started.get(byName.size())));
    return byName;
  }

  private LocalCa authority(NetworkPlan.Authority authority) {
    Path folder = directory.authority(authority);
    return new LocalCa(
        authority.name(),
        directory.authorityServer(authority),
        folder.resolve("ca." + authority.domain() + "-cert.pem"),
        folder.resolve("priv_sk"),
        authority.port());
  }

  private void joinOrderers() throws IOException, ClientException, InterruptedException {
    ByteString genesis = Listener.read(directory.genesisBlock(plan.spec().channel()));
    for (NetworkPlan.Orderer orderer : plan.orderers()) {
      try (ParticipationClient client = crypto.participation(orderer)) {
        ParticipationClient.Answer answer = client.join(genesis);
        if (answer.status() != CREATED && answer.status() != ALREADY_JOINED) {
          throw new ClientException(
              orderer.hostname()
                  + " does not join "
                  + plan.spec().channel()
                  + ": "
                  + answer.text());
        }
      }
    }
  }

  private void joinPeers() throws IOException, NetworkException, InterruptedException {
    ByteString genesis = Listener.read(directory.genesisBlock(plan.spec().channel()));
    List<Callable<String>> joins = new ArrayList<>();
    for (NetworkPlan.Organization organization : plan.organizations()) {
      for (NetworkPlan.Peer peer : organization.peers()) {
        joins.add(() -> {
          try (NodeClient client = crypto.peer(organization, peer)) {
            join(client, crypto.signer(organization, "Admin"), genesis);
            return peer.hostname();
          }
        });
      }
    }
    AllAtOnce.run(joins);
  }

  private static void join(NodeClient client, EnvelopeSigner admin, ByteString genesis)
      throws ClientException {
    TransactionProposal proposal =
        TransactionProposal.of(
            TransactionProposal.Call.of(
                "", "cscc", List.of(ByteString.copyFromUtf8("JoinChain"), genesis)),
            admin);
    Response response = client.propose(proposal.signed(), PATIENCE).getResponse();
    if (response.getStatus() != 200 && !response.getMessage().contains("already exists")) {
      throw new ClientException(
          "peer " + client.address() + " does not join: " + response.getMessage());
    }
  }
}
