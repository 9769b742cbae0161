package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import io.denim.cli.TransactionProposal;
import io.denim.identity.SignatureVerifier;
import io.denim.node.GoDuration;
import io.denim.node.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `denim up`: starts a network, or goes on with the one that is there.
@Command(
    name = "up",
    description = "Starts a network, deploys a chaincode on it and commits a transaction.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  /// The chaincode that a new network starts with.
  static final String BUNDLED = "basic";

  @Spec private CommandSpec commandSpec = CommandSpec.create();

  @Mixin private DirectoryOption directoryOption = new DirectoryOption();

  @Option(
      names = "--channel",
      defaultValue = "mychannel",
      description = "The channel's name (default: ${DEFAULT-VALUE}).")
  private String channel = "mychannel";

  @Option(
      names = "--orgs",
      defaultValue = "2",
      description = "How many organizations (default: ${DEFAULT-VALUE}).")
  private int organizations = 2;

  @Option(
      names = "--peers",
      defaultValue = "1",
      description = "How many peers in each organization (default: ${DEFAULT-VALUE}).")
  private int peers = 1;

  @Option(
      names = "--orderers",
      defaultValue = "1",
      description = "How many orderers (default: ${DEFAULT-VALUE}).")
  private int orderers = 1;

  @Option(
      names = "--batch",
      defaultValue = "500",
      description = "The most transactions in a block (default: ${DEFAULT-VALUE}).")
  private int batch = 500;

  @Option(
      names = "--timeout",
      defaultValue = "50ms",
      description = "How long a block waits to fill (default: ${DEFAULT-VALUE}).")
  private String timeout = "50ms";

  @Option(names = "-d", description = "Runs in the background.")
  private boolean detached;

  @Option(names = "--free-ports", hidden = true)
  private boolean freePorts;

  @Override
  public Integer call()
      throws IOException, NetworkException, ClientException, InterruptedException {
    NetworkDirectory directory = directoryOption.directory();
    Optional<ProcessHandle> running = NetworkProcess.find(directory);
    if (running.isPresent()) {
      throw new NetworkException(
          "the network in "
              + directory.root()
              + " runs already, as process "
              + running.get().pid()
              + "; stop it with: ./denim down");
    }
    NetworkPlan plan = plan(directory);
    PortCheck.require(plan);
    return detached ? Detached.start(directory) : run(plan, directory);
  }

  private NetworkPlan plan(NetworkDirectory directory) throws IOException, NetworkException {
    Duration wait;
    try {
      wait = GoDuration.parse(timeout);
    } catch (IllegalArgumentException e) {
      throw new NetworkException(
          "--timeout is '" + timeout + "', but a duration like 50ms or 2s is expected");
    }
    NetworkSpec asked =
        new NetworkSpec(channel, organizations, peers, orderers, batch, wait, freePorts);
    boolean isNew = !Files.exists(directory.plan());
    NetworkPlan plan = Network.plan(directory, asked);
    if (!isNew) {
      requireSame(plan.spec(), directory);
    }
    return plan;
  }

  /// What is asked for must be as it is in the network that is there; of what is not, anything will
  /// do.
  private void requireSame(NetworkSpec there, NetworkDirectory directory) throws NetworkException {
    Map<String, Object> made =
        Map.of(
            "--channel", there.channel(),
            "--orgs", there.organizations(),
            "--peers", there.peers(),
            "--orderers", there.orderers(),
            "--batch", there.batch(),
            "--timeout", there.timeout().toMillis() + "ms");
    List<String> others = new ArrayList<>();
    for (OptionSpec option : commandSpec.options()) {
      Object before = made.get(option.longestName());
      if (before == null || !commandSpec.commandLine().getParseResult().hasMatchedOption(option)) {
        continue;
      }
      boolean same =
          option.longestName().equals("--timeout")
              ? GoDuration.parse(timeout).equals(there.timeout())
              : before.equals(option.getValue());
      if (!same) {
        others.add(option.longestName() + " " + before);
      }
    }
    if (!others.isEmpty()) {
      throw new NetworkException(
          "the network in "
              + directory.root()
              + " was made with "
              + String.join(" ", others)
              + ", which does not change later; to start anew, delete it with: ./denim down --rm");
    }
  }

  private int run(NetworkPlan plan, NetworkDirectory directory)
      throws IOException, NetworkException, ClientException, InterruptedException {
    long begun = System.nanoTime();
    Console console = new Console(System.out);
    Files.createDirectories(directory.root());
    System.setErr(
        new PrintStream(
            Files.newOutputStream(
                directory.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            true,
            StandardCharsets.UTF_8));
    Logging logging = Logging.start(plain(System.getenv()));
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread starter = Thread.currentThread();
    Thread hook = new Thread(() -> awaitEnd(starter, stop, stopped), "shutdown");
    NetworkProcess.note(directory);
    try (Network network = Network.start(plan, directory, logging, console)) {
      Runtime.getRuntime().addShutdownHook(hook);
      serve(network, console, begun, stop);
      console.step("stopping");
    } finally {
      NetworkProcess.forget(directory);
      stopped.countDown();
    }
    return 0;
  }

  /// Returns when the process is told to end, be it in the midst of the bundled chaincode's
  /// deployment.
  private static void serve(Network network, Console console, long begun, CountDownLatch stop)
      throws ClientException, InterruptedException {
    try {
      deployBundled(network, console);
      Guide.print(console, network, Duration.ofNanos(System.nanoTime() - begun));
      stop.await();
    } catch (ClientException | InterruptedException e) {
      boolean told = stop.getCount() == 0;
      if (!told) {
        throw e;
      }
      boolean unused = Thread.interrupted(); // so that closing waits for what it must
    }
  }

  /// The log is a file, in which colours are no help.
  private static Map<String, String> plain(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.putIfAbsent(
        "FABRIC_LOGGING_FORMAT",
        "%{time:2006-01-02 15:04:05.000 MST} %{id:04x} %{level:.4s} [%{module}] %{shortfunc} ->"
            + " %{message}");
    return all;
  }

  /// Ends the network when the process is told to end, and keeps the process until that is done.
  private static void awaitEnd(Thread starter, CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    starter.interrupt();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void deployBundled(Network network, Console console)
      throws ClientException, InterruptedException {
    Path source = BundledChaincode.folder();
    NetworkCrypto crypto =
        new NetworkCrypto(network.directory(), SignatureVerifier.create(), InstantSource.system());
    Deployment.Deployed deployed =
        new Deployment(network.plan(), crypto, console)
            .deploy(
                new Deployment.Chaincode(
                    source, BUNDLED, "java", Optional.empty(), Optional.empty(), false));
    if (!deployed.changed() || deployed.sequence() > 1) {
      return;
    }
    console.step("first transaction: " + BUNDLED + " InitLedger");
    NetworkPlan.Organization first = network.plan().organizations().getFirst();
    try (GatewayClient gateway =
        crypto.gateway(first, first.peers().getFirst(), "User1", Duration.ofMinutes(1))) {
      GatewayClient.Committed committed =
          gateway.submit(
              TransactionProposal.Call.of(
                  network.plan().spec().channel(),
                  BUNDLED,
                  List.of(ByteString.copyFromUtf8("InitLedger"))));
      console.step(
          "transaction "
              + committed.txId().substring(0, 8)
              + "… is in block "
              + committed.blockNumber());
    }
  }
}
