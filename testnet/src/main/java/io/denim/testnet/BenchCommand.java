package io.denim.testnet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import io.denim.cli.TransactionProposal;
import io.denim.identity.SignatureVerifier;
import io.denim.node.GoDuration;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `denim bench`: drives a running network through its gateway, end to end, and prints a row of
/// JSON.
@Command(
    name = "bench",
    description = "Loads the running network with transactions and prints what it committed.",
    mixinStandardHelpOptions = true,
    subcommands = CatchupCommand.class)
final class BenchCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Mixin private DirectoryOption directoryOption = new DirectoryOption();

  @Option(
      names = "--clients",
      defaultValue = "200",
      description = "How many transactions are under way at once (default: ${DEFAULT-VALUE}).")
  private int clients = 200;

  @Option(
      names = "--time",
      defaultValue = "20s",
      description = "How long to measure (default: ${DEFAULT-VALUE}).")
  private String time = "20s";

  @Option(
      names = "--warm-up",
      defaultValue = "5s",
      description = "How long to load before measuring (default: ${DEFAULT-VALUE}).")
  private String warmUp = "5s";

  @Option(names = "--evaluate", description = "Queries instead of transactions.")
  private boolean evaluate;

  /// What one run counts.
  private static final class Counts {
    final AtomicLong done = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>(); // nanoseconds
    volatile boolean measuring;
    volatile boolean ended;
    volatile String firstFailure = "";
  }

  @Override
  public Integer call() throws NetworkException, ClientException, InterruptedException {
    NetworkPlan plan = directoryOption.runningPlan();
    NetworkCrypto crypto =
        new NetworkCrypto(
            directoryOption.directory(), SignatureVerifier.create(), InstantSource.system());
    Counts counts = new Counts();
    AtomicInteger number = new AtomicInteger();
    String run = Long.toString(System.currentTimeMillis(), 36);
    CountDownLatch ended = new CountDownLatch(clients);
    NetworkPlan.Organization first = plan.organizations().getFirst();
    try (GatewayClient gateway =
        crypto.gateway(first, first.peers().getFirst(), "User1", PATIENCE)) {
      for (int i = 0; i < clients; i++) {
        Thread.ofVirtual()
            .start(() -> {
              while (!counts.ended) {
                one(gateway, call(plan, run + number.incrementAndGet()), counts);
              }
              ended.countDown();
            });
      }
      TimeUnit.NANOSECONDS.sleep(GoDuration.parse(warmUp).toNanos());
      counts.measuring = true;
      long begun = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(GoDuration.parse(time).toNanos());
      counts.measuring = false;
      long nanos = System.nanoTime() - begun;
      counts.ended = true;
      ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      System.out.println(row(counts, nanos));
    }
    return counts.failed.get() == 0 ? 0 : 1;
  }

  private TransactionProposal.Call call(NetworkPlan plan, String id) {
    List<String> arguments =
        evaluate
            ? List.of("ReadAsset", "asset1")
            : List.of("CreateAsset", "bench-" + id, "blue", "5", "Tomoko", "300");
    return TransactionProposal.Call.of(
        plan.spec().channel(),
        UpCommand.BUNDLED,
        arguments.stream().map(ByteString::copyFromUtf8).toList());
  }

  private void one(GatewayClient gateway, TransactionProposal.Call call, Counts counts) {
    long begun = System.nanoTime();
    try {
      if (evaluate) {
        gateway.evaluate(call);
      } else {
        gateway.submit(call);
      }
      if (counts.measuring) {
        counts.done.incrementAndGet();
        counts.latencies.add(System.nanoTime() - begun);
      }
    } catch (ClientException e) {
      if (counts.failed.getAndIncrement() == 0) {
        counts.firstFailure = String.valueOf(e.getMessage());
      }
    }
  }

  private ObjectNode row(Counts counts, long nanos) {
    long[] sorted = counts.latencies.stream().mapToLong(Long::longValue).sorted().toArray();
    ObjectNode row =
        JSON.createObjectNode()
            .put("benchmark", evaluate ? "evaluate" : "submit")
            .put("clients", clients)
            .put("seconds", Math.round(nanos / 1e7) / 100.0)
            .put("transactions", counts.done.get())
            .put("perSecond", Math.round(counts.done.get() * 1e10 / nanos) / 10.0)
            .put("failed", counts.failed.get())
            .put("millisMedian", millis(sorted, 50))
            .put("millis95", millis(sorted, 95))
            .put("millis99", millis(sorted, 99));
    if (!counts.firstFailure.isEmpty()) {
      row.put("firstFailure", counts.firstFailure);
    }
    return row;
  }

  private static double millis(long[] sorted, int percentile) {
    if (sorted.length == 0) {
      return 0;
    }
    int index = (int) Math.min(sorted.length - 1L, (long) sorted.length * percentile / 100);
    return Math.round(sorted[index] / 1e5) / 10.0;
  }
}
