package io.denim.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.CommitSteps;
import io.denim.ledger.CommitSteps.Step;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerException;
import io.denim.ledger.LedgerMaintenance;
import io.denim.ledger.LedgerOptions;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that fail and orderers that lie: the channel stands still with a sentence, what is stored
/// stays right, and it goes on once things are mended.
class FaultTest {
  private static final Path CHAIN = GoldenRun.golden("raft-v25");
  private static final long END = 100;

  @TempDir private Path directory;

  /// Fails at a step so often, each time after so many passes.
  private static final class Failing implements CommitSteps {
    private final Map<Step, RuntimeException> failures = new HashMap<>();
    private int passes;

    @Override
    public void reached(Step step) {
      if (failures.containsKey(step) && ++passes > 10 && passes % 3 == 0) { // not the genesis block
        throw failures.remove(step);
      }
    }
  }

  private LedgerOptions options(String name) {
    return GoldenRun.options(directory.resolve(name).resolve("ledgersData"));
  }

  private static Map<String, Object> commit(LedgerOptions options, CommitSteps steps)
      throws Exception {
    AtomicReference<Map<String, Object>> found = new AtomicReference<>(Map.of());
    new GoldenRun(CHAIN, steps, height -> {})
        .to(END, options, ledger -> found.set(GoldenRun.contents(options, ledger)));
    return found.get();
  }

  @Test
  void aFullDiskHoldsTheChannelUpUntilThereIsRoom() throws Exception {
    Failing full = new Failing();
    full.failures.put(
        Step.BLOCKS_WRITTEN, new UncheckedIOException(new IOException("No space left on device")));
    full.failures.put(Step.PRIVATE_STORED, new LedgerException("No space left on device"));
    full.failures.put(Step.BLOCKS_SYNCED, new LedgerException("No space left on device"));
    Map<String, Object> held = commit(options("full"), full);
    assertThat(full.failures).isEmpty();
    assertThat(held).isEqualTo(commit(options("peace"), CommitSteps.UNWATCHED));
    assertThat(GoldenRun.files(options("full"))).isEqualTo(GoldenRun.files(options("peace")));
  }

  @Test
  void hashesGoOnWhereExpiredPrivateDataCannotBeDeleted() throws Exception {
    List<Step> failed = new ArrayList<>();
    CommitSteps full =
        step -> {
          if (step == Step.EXPIRING) {
            failed.add(step);
            throw new LedgerException("No space left on device");
          }
        };
    assertThat(commitHash(options("full"), full))
        .isEqualTo(commitHash(options("peace"), CommitSteps.UNWATCHED));
    assertThat(failed).hasSize(2); // with blocks 0 and 100
  }

  private static ByteString commitHash(LedgerOptions options, CommitSteps steps) throws Exception {
    AtomicReference<ByteString> hash = new AtomicReference<>(ByteString.EMPTY);
    new GoldenRun(CHAIN, steps, height -> {})
        .to(END + 10, options, ledger -> hash.set(ledger.commitHash()));
    return hash.get();
  }

  @Test
  void aFlippedBitIsNamedAndNothingIsCutOff() throws Exception {
    LedgerOptions options = options("flipped");
    commit(options, CommitSteps.UNWATCHED);
    Path file = options.root().resolve("chains/chains/ch/blockfile_000000");
    byte[] before = Files.readAllBytes(file);
    long place = before.length - 1_000;
    flip(file, place);
    new GoldenRun(CHAIN, CommitSteps.UNWATCHED, height -> {})
        .to(
            END,
            options,
            ledger -> {
              List<Long> damaged = new ArrayList<>();
              for (long number = 0; number < ledger.height(); number++) {
                try {
                  assertThat(ledger.blockByNumber(number)).isPresent();
                } catch (LedgerException e) {
                  assertThat(e).hasMessageContaining("blockfile_000000 is damaged");
                  damaged.add(number);
                }
              }
              assertThat(damaged).hasSize(1);
            });
    LedgerMaintenance.rebuildDatabases(options);
    assertThatThrownBy(() -> commit(options, CommitSteps.UNWATCHED))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("blockfile_000000 is damaged at");
    assertThat(Files.size(file)).isEqualTo(before.length);
    flip(file, place);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    commitSame(options);
  }

  private static void commitSame(LedgerOptions options) throws Exception {
    new GoldenRun(CHAIN, CommitSteps.UNWATCHED, height -> {})
        .to(END, options, ledger -> assertThat(ledger.height()).isEqualTo(END));
  }

  private static void flip(Path file, long place) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(place);
      int before = open.read();
      open.seek(place);
      open.write(before ^ 4);
    }
  }

  @Test
  void whatAnOrdererShouldNotSendIsNeverStored() throws Exception {
    List<Block> blocks = new ArrayList<>();
    try (RecordedChain chain = RecordedChain.open(CHAIN, Optional.empty())) {
      for (int i = 0; i < 6; i++) {
        blocks.add(ChainAudit.asOrdered(chain.next().orElseThrow()));
      }
    }
    List<Long> committed = new ArrayList<>();
    ChainReplay.Watcher watcher =
        new ChainReplay.Watcher() {
          @Override
          public void committed(List<CommittedBlock> stored) {
            stored.forEach(block -> committed.add(block.number()));
          }
        };
    try (ChainReplay replay =
        ChainReplay.start(
            options("lied"), blocks.getFirst(), SignatureVerifier.create(), watcher)) {
      for (int number = 1; number < blocks.size(); number++) {
        Block right = blocks.get(number);
        for (Map.Entry<String, Block> wrong : wrong(right, blocks).entrySet()) {
          assertThat(replay.take(wrong.getValue())).as(wrong.getKey()).isPresent();
        }
        assertThat(replay.take(right)).isEmpty();
      }
      assertThat(replay.finish()).isEmpty();
      assertThat(committed).containsExactly(1L, 2L, 3L, 4L, 5L);
    }
  }

  private static Map<String, Block> wrong(Block right, List<Block> blocks) {
    BlockHeader header = right.getHeader();
    Block other = blocks.get(header.getNumber() == 5 ? 4 : 5);
    Block without =
        right.toBuilder()
            .setData(right.getData().toBuilder().clearData())
            .setHeader(
                header.toBuilder()
                    .setDataHash(BlockHash.ofData(right.getData().toBuilder().clearData().build())))
            .build();
    return Map.of(
        "number",
        with(right, header.toBuilder().setNumber(header.getNumber() + 1)),
        "previous hash",
        with(right, header.toBuilder().setPreviousHash(ByteString.copyFrom(new byte[32]))),
        "data hash",
        right.toBuilder().setData(other.getData()).build(),
        "data of another block with its hash",
        without,
        "no signature",
        Blocks.withSlot(right, BlockMetadataIndex.SIGNATURES, ByteString.EMPTY),
        "another block's signature",
        Blocks.withSlot(
            right,
            BlockMetadataIndex.SIGNATURES,
            Blocks.slot(other, BlockMetadataIndex.SIGNATURES)),
        "no metadata",
        right.toBuilder().clearMetadata().build());
  }

  private static Block with(Block block, BlockHeader.Builder header) {
    return block.toBuilder().setHeader(header).build();
  }
}
