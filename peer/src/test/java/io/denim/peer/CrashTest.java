package io.denim.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.ledger.CommitSteps;
import io.denim.ledger.CommitSteps.Step;
import io.denim.ledger.LedgerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Peers that are killed, or whose machine loses what was not synced, lose nothing that they
/// acknowledged, and end up with the very ledger of a peer that was left in peace.
class CrashTest {
  private static final Path CHAIN = GoldenRun.golden("raft-v25");
  private static final long END = 181;

  @TempDir private Path directory;
  private Map<String, Object> contents = Map.of();
  private Map<String, ByteString> files = Map.of();

  @BeforeEach
  void commitInPeace() throws Exception {
    LedgerOptions options = options("peace");
    contents = finish(options);
    files = GoldenRun.files(options);
    assertThat(files.keySet()).anyMatch(name -> name.contains("blockfile_"));
    assertThat(files.keySet()).anyMatch(name -> name.contains("public_state.data"));
  }

  private LedgerOptions options(String name) {
    return GoldenRun.options(directory.resolve(name).resolve("ledgersData"));
  }

  private static Map<String, Object> finish(LedgerOptions options) throws Exception {
    AtomicReference<Map<String, Object>> found = new AtomicReference<>(Map.of());
    GoldenRun run = new GoldenRun(CHAIN, CommitSteps.UNWATCHED, height -> {});
    run.to(END, options, ledger -> found.set(GoldenRun.contents(options, ledger)));
    return found.get();
  }

  private void assertSameAsInPeace(LedgerOptions options) throws Exception {
    assertThat(finish(options)).isEqualTo(contents);
    assertThat(GoldenRun.files(options)).isEqualTo(files);
  }

  @Test
  void aPeerThatIsKilledLosesNothing() throws Exception {
    killRounds(new Random(11), 12, "killed");
  }

  @Test
  @Tag("long")
  void aPeerThatIsKilledHundredsOfTimesLosesNothing() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      killRounds(new Random(seed), 15, "killed" + seed);
    }
  }

  /// Each round kills another process on the same ledger, at a step or whenever.
  private void killRounds(Random random, int rounds, String name) throws Exception {
    LedgerOptions options = options(name);
    long acknowledged = 0;
    int killed = 0;
    for (int round = 0; round < rounds; round++) {
      long target = END * (round + 1) / rounds;
      boolean anywhere = round % 3 == 2;
      Step[] steps = Step.values();
      String step = anywhere ? "nowhere" : steps[(round - round / 3) % steps.length].name();
      Process process = start(options.root(), target, step, random.nextInt(2));
      int lines = anywhere ? 1 + random.nextInt(3) : Integer.MAX_VALUE;
      Killed end = killAfter(process, lines);
      killed += end.whileAtWork() ? 1 : 0;
      acknowledged = Math.max(acknowledged, end.acknowledged());
      long kept = kept(options);
      assertThat(kept).as("round %d, %s", round, step).isGreaterThanOrEqualTo(acknowledged);
    }
    assertThat(killed).isGreaterThan(rounds / 2);
    assertSameAsInPeace(options);
  }

  private static long kept(LedgerOptions options) throws IOException {
    long height = 0;
    Path blocks = options.root().resolve("chains/chains");
    if (!Files.isDirectory(blocks)) {
      return 0;
    }
    try (Stream<Path> channels = Files.list(blocks)) {
      Path channel = channels.findFirst().orElseThrow();
      try (RecordedChain chain = RecordedChain.open(channel, java.util.Optional.empty())) {
        while (chain.next().isPresent()) {
          height++;
        }
      } catch (IOException e) {
        return height; // a torn tail, cut at the next start
      }
    }
    return height;
  }

  /// @param acknowledged the last height that the process told of
  /// @param whileAtWork whether it had more to do
  private record Killed(long acknowledged, boolean whileAtWork) {}

  private static Killed killAfter(Process process, int lines) throws Exception {
    long acknowledged = 0;
    boolean ended = false;
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      int left = lines;
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith("committed ")) {
          acknowledged = Long.parseLong(line.substring("committed ".length()));
          left--;
        } else if (line.equals("end")) {
          ended = true;
        }
        if (line.startsWith("at ") || left == 0) {
          break;
        }
      }
    } finally {
      process.destroyForcibly();
    }
    process.waitFor();
    return new Killed(acknowledged, !ended);
  }

  private static Process start(Path root, long target, String step, int passes) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            CrashingPeer.class.getName(),
            CHAIN.toString(),
            root.toString(),
            Long.toString(target),
            step,
            Integer.toString(passes))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /// At each step, the disk as it would be found after a power cut is kept: what was written since
  /// the last sync is there in part, or as garbage.
  @Test
  void aMachineThatLosesWhatWasNotSyncedLosesNothingThatWasAcknowledged() throws Exception {
    PowerCuts cuts = new PowerCuts(options("cut").root(), new Random(3));
    GoldenRun run = new GoldenRun(CHAIN, cuts, cuts::acknowledge);
    run.to(END, options("cut"), ledger -> {});
    assertThat(cuts.images).hasSizeGreaterThanOrEqualTo(Step.values().length);
    for (Map.Entry<Path, Long> image : cuts.images.entrySet()) {
      LedgerOptions options = GoldenRun.options(image.getKey().resolve("ledgersData"));
      assertThat(kept(options)).as("%s", image.getKey()).isGreaterThanOrEqualTo(image.getValue());
      assertSameAsInPeace(options);
    }
  }

  /// Takes images of a ledger's directory as a power cut would leave it. Used by the committing
  /// thread.
  private static final class PowerCuts implements CommitSteps {
    private static final int STRIDE = 9; // of steps, so that all kinds come

    private final Path root;
    private final Random random;
    private final Map<Path, Long> images = new HashMap<>();
    private Map<Path, Long> synced = new HashMap<>();
    private int reached;
    private long acknowledged;

    PowerCuts(Path root, Random random) {
      this.root = root;
      this.random = random;
    }

    void acknowledge(long height) {
      acknowledged = height;
    }

    @Override
    public void reached(Step step) {
      switch (step) {
        case PRIVATE_SYNCED -> note("denim", ".log");
        case BLOCKS_SYNCED -> note("chains", "");
        case PRIVATE_STORED, BLOCKS_WRITTEN, STATE_WRITTEN, SHOWN, EXPIRING -> {}
      }
      if (reached++ % STRIDE == STRIDE - 1 && images.size() < 8) {
        try {
          cut(step);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    private void note(String below, String suffix) {
      try (Stream<Path> found = Files.walk(root.resolve(below))) {
        for (Path file : found.filter(Files::isRegularFile).toList()) {
          if (file.toString().endsWith(suffix)) {
            synced.put(root.relativize(file), Files.size(file));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void cut(Step step) throws IOException {
      Path image = root.resolveSibling("image" + images.size() + "-" + step);
      try (Stream<Path> found = Files.walk(root)) {
        for (Path file : found.filter(Files::isRegularFile).toList()) {
          Path name = root.relativize(file);
          Path copy = image.resolve("ledgersData").resolve(name);
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
          boolean cut = name.startsWith("chains") || name.toString().endsWith(".log");
          if (cut && !isFollowed(file)) {
            lose(copy, synced.getOrDefault(name, 0L));
          }
        }
      }
      images.put(image, acknowledged);
    }

    /// Whether a block file was synced as a whole, before the next one began.
    private static boolean isFollowed(Path file) {
      String name = file.getFileName().toString();
      if (!name.startsWith("blockfile_")) {
        return false;
      }
      int next = Integer.parseInt(name.substring("blockfile_".length())) + 1;
      return Files.exists(file.resolveSibling("blockfile_%06d".formatted(next)));
    }

    private void lose(Path file, long kept) throws IOException {
      try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
        long unsynced = open.length() - kept;
        if (unsynced <= 0) {
          return;
        }
        open.setLength(kept + random.nextLong(unsynced + 1));
        if (file.toString().contains("blockfile_") && open.length() > kept) {
          open.seek(kept + random.nextLong(open.length() - kept));
          open.write(random.nextInt(256)); // a page that never got there
        }
      }
    }
  }
}
