package io.denim.ledger;

import static io.denim.ledger.TestChain.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.denim.ledger.PeerLedger.BlockOfPrivateData;
import io.denim.ledger.PeerLedger.MissingInBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clear private data that comes after its block, whole or with keys purged, or after a snapshot.
class LatePrivateDataTest {
  private static final CollectionName SECRET = new CollectionName("cc", "secret");
  private static final CollectionSource COLLECTIONS =
      (channel, namespace, state) ->
          Optional.of(List.of(StaticCollectionConfig.newBuilder().setName("secret").build()));
  private static final MissingInBlock FIRST = new MissingInBlock(1, 0, SECRET);

  @TempDir private Path directory;
  private LedgerProvider provider;
  private PeerLedger ledger;
  private TestChain chain;

  @BeforeEach
  void open() {
    provider = LedgerProvider.open(LedgerOptions.at(directory.resolve("ledgersData")), COLLECTIONS);
    ledger = provider.create(TestChain.genesis());
    chain = new TestChain(ledger);
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void keysThatWerePurgedNeedNotBeThere() throws Exception {
    TxPvtReadWriteSet all = commitWithheld();
    TxPvtReadWriteSet trimmed = without(all, "p");
    assertThat(commitLate(ledger, trimmed)).containsExactly(FIRST); // the giver purged, not we
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.purgePrivateData("cc", "secret", "p");
      chain.commit(simulator.results());
    }
    assertThat(commitLate(ledger, without(trimmed, "q"))).containsExactly(FIRST);
    assertThat(commitLate(ledger, trimmed)).isEmpty();
    assertThat(missing(ledger)).isEmpty();
    assertPrivate(ledger, "q", Optional.of("second"));
    assertPrivate(ledger, "p", Optional.empty());
  }

  @Test
  void whatWasPurgedHereIsNotKeptWhenItComesWhole() throws Exception {
    TxPvtReadWriteSet all = commitWithheld();
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.purgePrivateData("cc", "secret", "p");
      chain.commit(simulator.results());
    }
    assertThat(commitLate(ledger, all)).isEmpty();
    assertPrivate(ledger, "p", Optional.empty());
    assertPrivate(ledger, "q", Optional.of("second"));
    assertThat(ledger.privateData(1, name -> true).toString())
        .contains("second")
        .doesNotContain("first");
  }

  @Test
  void whereAllIsPurgedNothingIsMissing() throws Exception {
    TxPvtReadWriteSet all = commitWithheld();
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.purgePrivateData("cc", "secret", "p");
      simulator.purgePrivateData("cc", "secret", "q");
      chain.commit(simulator.results());
    }
    assertThat(commitLate(ledger, without(without(all, "p"), "q"))).isEmpty();
    assertThat(missing(ledger)).isEmpty();
  }

  @Test
  void aLedgerOfASnapshotTakesItsPrivateDataByTheSnapshotsHashes() throws Exception {
    TxPvtReadWriteSet all = commitWithheld();
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setPrivateData("cc", "secret", "p", bytes("later"));
      chain.commit(simulator.results());
    }
    assertThat(ledger.requestSnapshot(0)).isEmpty();
    provider.close();
    Path snapshot = SnapshotExport.directory(directory.resolve("snapshots"), TestChain.CHANNEL, 2);
    LedgerOptions other = LedgerOptions.at(directory.resolve("other/ledgersData"));
    try (LedgerProvider second = LedgerProvider.open(other, COLLECTIONS)) {
      PeerLedger copy = second.createFromSnapshot(snapshot);
      assertThat(missing(copy)).containsExactly(new MissingInBlock(2, 0, SECRET), FIRST);
      assertThat(copy.missingPrivateData(2, 10, name -> true)).containsExactly(FIRST);
      assertThat(commitLate(copy, garbled(all))).containsExactly(FIRST);
      assertThat(commitLate(copy, all)).isEmpty();
      assertPrivate(copy, "q", Optional.of("second"));
      // Of the first transaction, only what the second has not overwritten was in the snapshot.
      assertThat(copy.privateData(1, name -> true).toString()).doesNotContain("first");
      assertThat(missing(copy)).containsExactly(new MissingInBlock(2, 0, SECRET));
    }
  }

  /// Commits a block whose private data does not come with it.
  private TxPvtReadWriteSet commitWithheld() throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setPrivateData("cc", "secret", "p", bytes("first"));
      simulator.setPrivateData("cc", "secret", "q", bytes("second"));
      SimulationResults results = simulator.results();
      chain.commit(
          new SimulationResults(
              results.publicReadWriteSet(),
              Optional.empty(),
              results.writtenKeys(),
              results.privateReads()));
      assertThat(missing(ledger)).containsExactly(FIRST);
      return results.privateReadWriteSet().orElseThrow();
    }
  }

  private static List<MissingInBlock> missing(PeerLedger ledger) {
    return ledger.missingPrivateData(-1, 10, name -> true);
  }

  private static List<MissingInBlock> commitLate(PeerLedger ledger, TxPvtReadWriteSet set) {
    return ledger.commitMissing(List.of(new BlockOfPrivateData(1, List.of(new TxPvtData(0, set)))));
  }

  private static void assertPrivate(PeerLedger ledger, String key, Optional<String> value)
      throws Exception {
    try (QueryExecutor executor = ledger.queryExecutor()) {
      assertThat(executor.privateData("cc", "secret", key)).isEqualTo(value.map(TestChain::bytes));
    }
  }

  private static TxPvtReadWriteSet without(TxPvtReadWriteSet set, String key) throws Exception {
    return changed(
        set,
        writes -> {
          KVRWSet.Builder kept = writes.toBuilder().clearWrites();
          writes.getWritesList().stream()
              .filter(write -> !write.getKey().equals(key))
              .forEach(kept::addWrites);
          return kept.build();
        });
  }

  private static TxPvtReadWriteSet garbled(TxPvtReadWriteSet set) throws Exception {
    return changed(
        set,
        writes -> {
          KVRWSet.Builder garbled = writes.toBuilder();
          garbled.getWritesBuilderList().forEach(write -> write.setValue(bytes("other")));
          return garbled.build();
        });
  }

  private static TxPvtReadWriteSet changed(TxPvtReadWriteSet set, UnaryOperator<KVRWSet> change)
      throws Exception {
    TxPvtReadWriteSet.Builder built = set.toBuilder();
    var collection = built.getNsPvtRwsetBuilder(0).getCollectionPvtRwsetBuilder(0);
    collection.setRwset(change.apply(KVRWSet.parseFrom(collection.getRwset())).toByteString());
    return built.build();
  }
}
