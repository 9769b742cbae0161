package io.denim.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerOptions;
import io.denim.wire.Blocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Validates a recorded chain once more, from its genesis block through the pipeline of a peer's
/// channel into a ledger made for it, and tells where verdicts or commit hashes differ from those
/// on record. Memory does not grow with the chain: records are kept for the blocks under way alone.
/// One thread runs it; the listener hears from the committing thread.
public final class ChainAudit {
  private final Listener listener;
  private final Expected expected;
  private final Map<Long, Verdicts> recorded = new ConcurrentHashMap<>();
  private final AtomicLong transactions = new AtomicLong();
  private final AtomicLong differences = new AtomicLong();

  /// Hears how it goes.
  public interface Listener {
    /// A difference, in one sentence.
    void differs(String what);

    /// So much has been done.
    void progress(long blocks, long transactions);
  }

  /// Verdicts on record elsewhere than in the blocks.
  @FunctionalInterface
  public interface Expected {
    /// @return empty for what the block itself says
    Optional<Verdicts> of(long block);
  }

  /// What is on record of a block.
  ///
  /// @param codes names of validation codes, one for each transaction; none where unknown
  /// @param commitHash empty where there is none on record
  public record Verdicts(List<String> codes, ByteString commitHash) {
    public Verdicts {
      codes = List.copyOf(codes);
    }

    static Verdicts recordedIn(Block block) {
      ByteString flags = Blocks.slot(block, BlockMetadataIndex.TRANSACTIONS_FILTER);
      List<String> codes = new ArrayList<>(flags.size());
      for (int i = 0; i < flags.size(); i++) {
        int number = flags.byteAt(i) & 0xff;
        TxValidationCode code = TxValidationCode.forNumber(number);
        codes.add(code == null ? Integer.toString(number) : code.name());
      }
      try {
        ByteString slot = Blocks.slot(block, BlockMetadataIndex.COMMIT_HASH);
        return new Verdicts(codes, Metadata.parseFrom(slot).getValue());
      } catch (InvalidProtocolBufferException e) {
        return new Verdicts(codes, ByteString.EMPTY);
      }
    }
  }

  /// What came of it.
  ///
  /// @param refused why a block was not taken, at which the audit ended
  /// @param snapshot where the ledger's snapshot at its last block was made
  public record Outcome(
      long height,
      long transactions,
      long differences,
      ByteString lastHash,
      ByteString commitHash,
      Optional<String> refused,
      java.nio.file.Path snapshot) {
    /// Whether nothing differs.
    public boolean agrees() {
      return differences == 0 && refused.isEmpty();
    }
  }

  public ChainAudit(Listener listener, Expected expected) {
    this.listener = listener;
    this.expected = expected;
  }

  /// Goes through a chain.
  ///
  /// @param options of a directory for the ledger
  /// @throws IOException if the chain cannot be read
  /// @throws PeerException if it begins with no genesis block
  public Outcome run(RecordedChain chain, LedgerOptions options)
      throws IOException, PeerException, InterruptedException {
    Block genesis = chain.next().orElseThrow(() -> new PeerException("the chain is empty"));
    try (ChainReplay replay =
        ChainReplay.start(
            options, asOrdered(genesis), SignatureVerifier.create(), this::committed)) {
      transactions.addAndGet(genesis.getData().getDataCount());
      Optional<String> refused = take(chain, replay);
      Optional<String> stopped = replay.finish();
      if (refused.isEmpty() && stopped.isPresent()) {
        refused = stopped;
      }
      long last = replay.ledger().height() - 1;
      replay.ledger().requestSnapshot(last);
      return new Outcome(
          replay.ledger().height(),
          transactions.get(),
          differences.get(),
          replay.ledger().info().getCurrentBlockHash(),
          replay.ledger().commitHash(),
          refused,
          options
              .snapshots()
              .resolve("completed")
              .resolve(replay.ledger().channelId())
              .resolve(Long.toString(last)));
    }
  }

  private Optional<String> take(RecordedChain chain, ChainReplay replay)
      throws IOException, InterruptedException {
    for (Optional<Block> next = chain.next(); next.isPresent(); next = chain.next()) {
      Block block = next.get();
      long number = block.getHeader().getNumber();
      recorded.put(number, expected.of(number).orElseGet(() -> Verdicts.recordedIn(block)));
      Optional<String> refused = replay.take(asOrdered(block));
      if (refused.isPresent()) {
        return Optional.of(
            "block " + Long.toUnsignedString(number) + " is refused: " + refused.get());
      }
    }
    return Optional.empty();
  }

  /// A block without what peers add to it.
  static Block asOrdered(Block block) {
    return Blocks.withSlot(
        Blocks.withSlot(block, BlockMetadataIndex.TRANSACTIONS_FILTER, ByteString.EMPTY),
        BlockMetadataIndex.COMMIT_HASH,
        ByteString.EMPTY);
  }

  private void committed(List<CommittedBlock> blocks) {
    for (CommittedBlock block : blocks) {
      Verdicts before = recorded.remove(block.number());
      if (before != null) {
        compare(block, before);
      }
      transactions.addAndGet(block.codes().size());
    }
    listener.progress(blocks.getLast().number() + 1, transactions.get());
  }

  private void compare(CommittedBlock block, Verdicts before) {
    for (int i = 0; i < block.codes().size(); i++) {
      String found = block.codes().get(i).name();
      String wanted = i < before.codes().size() ? before.codes().get(i) : "no verdict";
      if (!wanted.equals(found)) {
        differs(
            "block %s transaction %d (%s): on record as %s, found %s"
                .formatted(
                    Long.toUnsignedString(block.number()), i, block.txIds().get(i), wanted, found));
      }
    }
    if (!before.commitHash().isEmpty() && !before.commitHash().equals(block.commitHash())) {
      differs(
          "block %s: commit hash on record %s, found %s"
              .formatted(
                  Long.toUnsignedString(block.number()),
                  hex(before.commitHash()),
                  hex(block.commitHash())));
    }
  }

  private void differs(String what) {
    differences.incrementAndGet();
    listener.differs(what);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
