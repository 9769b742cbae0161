package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodePackageException;
import io.denim.chaincode.ChaincodePackager;
import io.denim.cli.ApplicationPolicies;
import io.denim.cli.ClientException;
import io.denim.cli.CollectionsFile;
import io.denim.cli.LifecycleClient;
import io.denim.cli.NodeClient;
import io.denim.cli.TransactionClient;
import io.denim.identity.EnvelopeSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;

/// Brings a chaincode from its sources onto a network's channel: packs, installs on every peer,
/// approves for every organization, commits. A chaincode that is there already is upgraded.
final class Deployment {
  private static final Duration PATIENCE = Duration.ofMinutes(10); // a first build may be long

  private final NetworkPlan plan;
  private final NetworkCrypto crypto;
  private final Network.Progress progress;

  /// What is deployed.
  ///
  /// @param language `golang`, `node`, `java`, or `auto` to see by the files
  /// @param policy in the policy language, or the path of a channel policy
  record Chaincode(
      Path source,
      String name,
      String language,
      Optional<String> policy,
      Optional<Path> collections,
      boolean initRequired) {}

  /// What came of it.
  ///
  /// @param packageId what a chaincode that runs as a server of its own must be told as its id
  /// @param changed false if the very same was deployed before
  record Deployed(String name, String version, long sequence, String packageId, boolean changed) {}

  Deployment(NetworkPlan plan, NetworkCrypto crypto, Network.Progress progress) {
    this.plan = plan;
    this.crypto = crypto;
    this.progress = progress;
  }

  /// @throws ClientException if any step fails
  Deployed deploy(Chaincode chaincode) throws ClientException, InterruptedException {
    ByteString packed = pack(chaincode);
    try (Clients clients = new Clients()) {
      Optional<QueryChaincodeDefinitionResult> before =
          LifecycleClient.committed(
              clients.of(plan.organizations().getFirst()), plan.spec().channel(), chaincode.name());
      LifecycleClient.Definition definition = definition(chaincode, before);
      progress.step("install " + chaincode.name() + " on " + clients.peers.size() + " peer(s)");
      String packageId = clients.install(packed);
      if (before.isPresent() && isSame(before.get(), definition, packageId, clients)) {
        return new Deployed(
            chaincode.name(),
            before.get().getVersion(),
            before.get().getSequence(),
            packageId,
            false);
      }
      for (NetworkPlan.Organization organization : plan.organizations()) {
        progress.step("approve " + chaincode.name() + " for " + organization.name());
        LifecycleClient.approve(
            clients.of(organization), plan.spec().channel(), definition, packageId);
      }
      progress.step("commit " + chaincode.name() + " on " + plan.spec().channel());
      LifecycleClient.commit(clients.ofAll(), plan.spec().channel(), definition);
      return new Deployed(
          chaincode.name(), definition.version(), definition.sequence(), packageId, true);
    }
  }

  private ByteString pack(Chaincode chaincode) throws ClientException {
    try {
      String language =
          chaincode.language().equals("auto")
              ? language(chaincode.source())
              : chaincode.language().equals("go") ? "golang" : chaincode.language();
      if (language.equals("node")) {
        NodeSources.requireMain(chaincode.source());
      }
      progress.step("pack " + chaincode.source() + " (" + language + ")");
      return ChaincodePackager.pack(chaincode.source(), language, chaincode.name());
    } catch (ChaincodePackageException | IOException e) {
      throw new ClientException(
          "chaincode in " + chaincode.source() + " cannot be packed: " + e.getMessage(), e);
    }
  }

  /// By the files that lie in the folder.
  private static String language(Path source) throws ClientException, IOException {
    if (!Files.isDirectory(source)) {
      throw new ClientException("there is no folder " + source.toAbsolutePath());
    }
    if (Files.exists(source.resolve("package.json"))) {
      return "node";
    }
    if (Files.exists(source.resolve("connection.json"))) {
      return "ccaas";
    }
    try (Stream<Path> files = Files.list(source)) {
      List<String> names =
          files.map(file -> file.getFileName().toString().toLowerCase(Locale.ROOT)).toList();
      if (names.stream()
          .anyMatch(name ->
              name.equals("pom.xml") || name.startsWith("build.gradle") || name.endsWith(".jar"))) {
        return "java";
      }
      if (names.stream().anyMatch(name -> name.endsWith(".go") || name.equals("go.mod"))) {
        return "golang";
      }
    }
    throw new ClientException(
        "cannot tell the language of "
            + source
            + ": there is no package.json, go.mod, pom.xml, build.gradle or jar; name it with"
            + " --lang");
  }

  private LifecycleClient.Definition definition(
      Chaincode chaincode, Optional<QueryChaincodeDefinitionResult> before) throws ClientException {
    long sequence = before.map(QueryChaincodeDefinitionResult::getSequence).orElse(0L) + 1;
    ByteString parameter = ByteString.EMPTY;
    if (chaincode.policy().isPresent()) {
      String policy = chaincode.policy().get();
      boolean isPath = policy.startsWith("/");
      parameter = ApplicationPolicies.of(isPath ? "" : policy, isPath ? policy : "").toByteString();
    }
    Optional<CollectionConfigPackage> collections =
        chaincode.collections().isPresent()
            ? Optional.of(CollectionsFile.read(chaincode.collections().get()))
            : Optional.empty();
    return new LifecycleClient.Definition(
        chaincode.name(),
        "1." + (sequence - 1),
        sequence,
        parameter,
        collections,
        chaincode.initRequired());
  }

  private boolean isSame(
      QueryChaincodeDefinitionResult before,
      LifecycleClient.Definition next,
      String packageId,
      Clients clients)
      throws ClientException {
    return (next.validationParameter().isEmpty()
            || before.getValidationParameter().equals(next.validationParameter()))
        && before
            .getCollections()
            .equals(next.collections().orElse(CollectionConfigPackage.getDefaultInstance()))
        && before.getInitRequired() == next.initRequired()
        && LifecycleClient.approvedPackage(
                clients.of(plan.organizations().getFirst()), plan.spec().channel(), next.name())
            .equals(Optional.of(packageId));
  }

  /// Connections to all nodes, as the organizations' administrators.
  private final class Clients implements AutoCloseable {
    private final List<Connected> peers = new ArrayList<>();
    private final NodeClient orderer;

    private record Connected(NetworkPlan.Organization organization, NodeClient client) {}

    Clients() throws ClientException {
      for (NetworkPlan.Organization organization : plan.organizations()) {
        for (NetworkPlan.Peer peer : organization.peers()) {
          peers.add(new Connected(organization, crypto.peer(organization, peer)));
        }
      }
      orderer = crypto.orderer(plan.orderers().getFirst());
    }

    String install(ByteString packed) throws ClientException, InterruptedException {
      List<Callable<String>> installs = new ArrayList<>();
      for (Connected peer : peers) {
        EnvelopeSigner admin = crypto.signer(peer.organization(), "Admin");
        installs.add(() -> LifecycleClient.install(peer.client(), admin, packed, PATIENCE));
      }
      try {
        return AllAtOnce.run(installs).getFirst();
      } catch (NetworkException e) {
        throw new ClientException(String.valueOf(e.getMessage()), e);
      }
    }

    TransactionClient of(NetworkPlan.Organization organization) throws ClientException {
      return new TransactionClient(
          crypto.signer(organization, "Admin"),
          peers.stream()
              .filter(peer -> peer.organization().equals(organization))
              .map(Connected::client)
              .limit(1)
              .toList(),
          all(),
          orderer,
          PATIENCE);
    }

    TransactionClient ofAll() throws ClientException {
      List<NodeClient> first = new ArrayList<>();
      for (NetworkPlan.Organization organization : plan.organizations()) {
        first.addAll(of(organization).peers());
      }
      return new TransactionClient(
          crypto.signer(plan.organizations().getFirst(), "Admin"), first, all(), orderer, PATIENCE);
    }

    /// Every peer is waited for: one that lags behind would endorse the next step differently.
    private List<NodeClient> all() {
      return peers.stream().map(Connected::client).toList();
    }

    @Override
    public void close() {
      peers.forEach(peer -> peer.client().close());
      orderer.close();
    }
  }
}
