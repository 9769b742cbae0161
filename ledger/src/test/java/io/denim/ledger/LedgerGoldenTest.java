package io.denim.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.denim.wire.Blocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real Fabric's chains, committed again: verdicts, commit hashes, stored blocks and final state
/// must be those of the real peers, byte for byte.
class LedgerGoldenTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "raft-v25, 1",
    "bft-v30, 7",
    "range-sbe, 3",
    "dishonest-orderer, 16",
  })
  void aCommittedChainIsThatOfRealPeers(String name, int group) throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    try (LedgerProvider provider = provider()) {
      PeerLedger ledger = provider.create(genesis(chain));
      List<CommitBlock> pending = new ArrayList<>();
      for (int number = 1; number < chain.blocks().size(); number++) {
        pending.add(unverdicted(chain, number, Map.of()));
        if (pending.size() == group || number == chain.blocks().size() - 1) {
          for (CommittedBlock committed : ledger.commit(pending)) {
            assertVerdicts(chain, committed);
          }
          pending.clear();
        }
      }
      assertState(chain, ledger);
      assertBlocks(chain, ledger);
      assertThat(ledger.requestSnapshot(0)).isEmpty();
    }
    assertSnapshot(chain);
    assertBlockFiles(chain);
    rebuildAndCompare(chain);
  }

  /// At such a definition, which its endorsers agreed on, a Fabric peer's channel stops.
  @Test
  void definitionsThatCannotBeReadKeepNoBlockFromBeingCommitted() throws Exception {
    GoldenChain chain = GoldenChain.load("dishonest-orderer");
    CollectionSource unreadable =
        (channelId, namespace, state) -> {
          throw new SimulationException("no definition");
        };
    try (LedgerProvider provider =
        LedgerProvider.open(LedgerOptions.at(directory.resolve("unreadable")), unreadable)) {
      PeerLedger ledger = provider.create(genesis(chain));
      for (int number = 1; number < chain.blocks().size(); number++) {
        assertVerdicts(chain, ledger.commit(unverdicted(chain, number, Map.of())));
      }
      assertThat(ledger.height()).isEqualTo(chain.blocks().size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft-v25", "range-sbe"})
  void aPeerDeliversThePrivateDataThatARealPeerDelivers(String name) throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    JsonNode delivered = chain.json("pvt.json");
    for (String peer : (Iterable<String>) delivered::fieldNames) {
      Map<Long, Map<Integer, TxPvtReadWriteSet>> clear = clear(delivered.get(peer));
      LedgerOptions options = LedgerOptions.at(directory.resolve(peer));
      try (LedgerProvider provider = LedgerProvider.open(options, new StateCollections())) {
        PeerLedger ledger = provider.create(genesis(chain));
        int sets = 0;
        for (int number = 1; number < chain.blocks().size(); number++) {
          CommitBlock block =
              unverdicted(chain, number, clear.getOrDefault((long) number, Map.of()));
          assertVerdicts(chain, ledger.commit(block));
          sets +=
              assertDelivered(ledger, chain.blocks().get(number), block.privateData().present());
        }
        assertThat(sets).isPositive();
        assertState(chain, ledger);
        assertExpired(ledger);
        if (Files.exists(chain.directory().resolve("pvt_state.json"))) {
          assertPrivateState(chain.json("pvt_state.json").path(peer), ledger);
        }
      }
    }
  }

  /// What the peer has right after a block's commit, which is when the real peers delivered it.
  /// Sets that a purge trimmed cannot be told to be right from outside, and are left out.
  private static int assertDelivered(
      PeerLedger ledger, Block block, Map<Integer, TxPvtReadWriteSet> clear) {
    long number = block.getHeader().getNumber();
    Map<Integer, TxPvtReadWriteSet> found = new HashMap<>();
    for (TxPvtData data : ledger.privateData(number, name -> true)) {
      found.put((int) data.txNumber(), data.writeSet());
    }
    Map<Integer, TxPvtReadWriteSet> expected = new HashMap<>();
    clear.forEach((tx, set) -> {
      TxPvtReadWriteSet right = untrimmed(block, tx, set);
      if (right.getNsPvtRwsetCount() > 0) {
        expected.put(tx, right);
      }
    });
    assertThat(found).as("private data of block %d", number).isEqualTo(expected);
    return found.size();
  }

  private static TxPvtReadWriteSet untrimmed(Block block, int tx, TxPvtReadWriteSet set) {
    return LedgerCommit.codes(block).get(tx) == TxValidationCode.VALID
            && StoredTransaction.parse(block.getData().getData(tx)).orElseThrow().checked()
                instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)
        ? PrivateWrites.matching(rwSet, set)
        : set;
  }

  private static void assertExpired(PeerLedger ledger) {
    for (long number = 0; number < ledger.height() - 4; number++) {
      assertThat(ledger.privateData(number, name -> name.collection().equals("collB")))
          .as("block-to-live 3, block %d", number)
          .isEmpty();
    }
  }

  private static void assertPrivateState(JsonNode expected, PeerLedger ledger) throws Exception {
    try (QueryExecutor executor = ledger.queryExecutor()) {
      for (String collection : (Iterable<String>) expected::fieldNames) {
        Map<String, String> found = new HashMap<>();
        try (var results = executor.privateDataRange("kv", collection, "", "")) {
          for (var kv = results.next(); kv.isPresent(); kv = results.next()) {
            found.put(kv.get().getKey(), kv.get().getValue().toStringUtf8());
          }
        }
        Map<String, String> values = new HashMap<>();
        for (String key : (Iterable<String>) () -> expected.get(collection).fieldNames()) {
          values.put(key, expected.get(collection).get(key).asText());
        }
        assertThat(found).as(collection).isEqualTo(values);
        for (String key : values.keySet()) {
          assertThat(executor.privateData("kv", collection, key)).isPresent();
        }
      }
    }
  }

  private LedgerProvider provider() {
    return LedgerProvider.open(
        LedgerOptions.at(directory.resolve("ledgersData")), new StateCollections());
  }

  private static Block genesis(GoldenChain chain) throws IOException {
    return Block.parseFrom(Files.readAllBytes(chain.directory().resolve("genesis.block")));
  }

  private static Map<Long, Map<Integer, TxPvtReadWriteSet>> clear(JsonNode delivered)
      throws IOException {
    Map<Long, Map<Integer, TxPvtReadWriteSet>> clear = new HashMap<>();
    for (JsonNode entry : delivered) {
      clear
          .computeIfAbsent(entry.get("block").asLong(), b -> new HashMap<>())
          .put(
              entry.get("tx").asInt(),
              TxPvtReadWriteSet.parseFrom(GoldenChain.hex(entry.get("pvt_rwset_hex"))));
    }
    return clear;
  }

  /// A block as it was before the ledger's own checks.
  private static CommitBlock unverdicted(
      GoldenChain chain, int number, Map<Integer, TxPvtReadWriteSet> clear) {
    Block block = chain.blocks().get(number);
    Block ordered =
        Blocks.withSlot(
            Blocks.withSlot(block, BlockMetadataIndex.TRANSACTIONS_FILTER, ByteString.EMPTY),
            BlockMetadataIndex.COMMIT_HASH,
            ByteString.EMPTY);
    List<CheckedTransaction> transactions = new ArrayList<>();
    JsonNode expected = chain.block(number).get("txs");
    for (int i = 0; i < block.getData().getDataCount(); i++) {
      TxValidationCode code = TxValidationCode.valueOf(expected.get(i).get("code").asText());
      transactions.add(
          switch (code) {
            case VALID, MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT ->
                StoredTransaction.parse(block.getData().getData(i)).orElseThrow().checked();
            default -> new CheckedTransaction.Refused(code);
          });
    }
    return new CommitBlock(ordered, transactions, new BlockPrivateData(clear, List.of()));
  }

  private static void assertVerdicts(GoldenChain chain, CommittedBlock committed) {
    JsonNode expected = chain.block((int) committed.number());
    List<String> codes = new ArrayList<>();
    expected.get("txs").forEach(tx -> codes.add(tx.get("code").asText()));
    assertThat(committed.codes())
        .as("block %d", committed.number())
        .extracting(Enum::name)
        .isEqualTo(codes);
    assertThat(committed.commitHash())
        .as("commit hash of block %d", committed.number())
        .isEqualTo(GoldenChain.hex(expected.get("commit_hash")));
  }

  private static void assertBlocks(GoldenChain chain, PeerLedger ledger) {
    Set<String> seen = new HashSet<>();
    for (Block block : chain.blocks()) {
      long number = block.getHeader().getNumber();
      assertThat(ledger.blockByNumber(number)).as("block %d", number).contains(block);
      JsonNode txs = chain.block((int) number).get("txs");
      for (int i = 0; i < txs.size(); i++) {
        String txId = txs.get(i).get("txid").asText();
        if (txId.isEmpty() || !seen.add(txId)) {
          continue;
        }
        TxValidationCode code = TxValidationCode.valueOf(txs.get(i).get("code").asText());
        assertThat(ledger.transactionStatus(txId))
            .as("transaction %s", txId)
            .contains(new TransactionStatus(code, number));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"raft-v25, 90", "range-sbe, 60"})
  void aChainGoesOnFromASnapshotAsIfItHadAllBlocks(String name, int snapshotAt) throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    Path snapshot;
    try (LedgerProvider provider = provider()) {
      PeerLedger ledger = provider.create(genesis(chain));
      assertThat(ledger.requestSnapshot(snapshotAt)).isEmpty();
      List<CommitBlock> blocks = new ArrayList<>();
      for (int number = 1; number <= snapshotAt + 3; number++) {
        blocks.add(unverdicted(chain, number, Map.of()));
      }
      ledger.commit(blocks);
    }
    snapshot =
        SnapshotExport.directory(directory.resolve("snapshots"), chain.channel(), snapshotAt);
    LedgerOptions other = LedgerOptions.at(directory.resolve("other/ledgersData"));
    try (LedgerProvider provider = LedgerProvider.open(other, new StateCollections())) {
      PeerLedger ledger = provider.createFromSnapshot(snapshot);
      assertThat(ledger.height()).isEqualTo(snapshotAt + 1);
      assertVerdicts(chain, ledger.commit(unverdicted(chain, snapshotAt + 1, Map.of())));
    }
    try (LedgerProvider provider = LedgerProvider.open(other, new StateCollections())) {
      assertThat(provider.channels()).containsExactly(chain.channel());
      PeerLedger ledger = provider.open(chain.channel());
      for (int number = snapshotAt + 2; number < chain.blocks().size(); number++) {
        assertVerdicts(chain, ledger.commit(unverdicted(chain, number, Map.of())));
      }
      assertState(chain, ledger);
      assertThat(ledger.blockByNumber(snapshotAt)).isEmpty();
      assertThat(ledger.requestSnapshot(0)).isEmpty();
    }
    assertThat(
            files(
                SnapshotExport.directory(
                    directory.resolve("other/snapshots"),
                    chain.channel(),
                    chain.blocks().size() - 1)))
        .isEqualTo(files(chain.directory().resolve("snapshot")));
  }

  private void assertSnapshot(GoldenChain chain) throws IOException {
    Path made =
        SnapshotExport.directory(
            directory.resolve("snapshots"), chain.channel(), chain.blocks().size() - 1);
    Map<String, ByteString> expected = files(chain.directory().resolve("snapshot"));
    assertThat(expected).isNotEmpty();
    assertThat(files(made)).isEqualTo(expected);
  }

  private static Map<String, ByteString> files(Path directory) throws IOException {
    Map<String, ByteString> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        files.put(path.getFileName().toString(), ByteString.copyFrom(Files.readAllBytes(path)));
      }
    }
    return files;
  }

  private void assertBlockFiles(GoldenChain chain) throws IOException {
    java.io.ByteArrayOutputStream expected = new java.io.ByteArrayOutputStream();
    chain.blocks().forEach(block -> expected.writeBytes(BlockFormat.frame(block)));
    assertThat(
            Files.readAllBytes(
                BlockFiles.path(
                    directory.resolve("ledgersData/chains/chains/" + chain.channel()), 0)))
        .isEqualTo(expected.toByteArray());
  }

  private void rebuildAndCompare(GoldenChain chain) {
    IndexRebuild.deleteTree(directory.resolve("ledgersData/denim"));
    try (LedgerProvider provider = provider()) {
      assertThat(provider.channels()).containsExactly(chain.channel());
      PeerLedger ledger = provider.open(chain.channel());
      assertState(chain, ledger);
      assertThat(ledger.commitHash())
          .isEqualTo(GoldenChain.hex(chain.expected().get("final").get("commit_hash")));
      assertBlocks(chain, ledger);
    }
  }

  private static void assertState(GoldenChain chain, PeerLedger ledger) {
    JsonNode expected = chain.json("state.json.gz");
    Set<String> namespaces = new HashSet<>();
    expected.fieldNames().forEachRemaining(namespaces::add);
    namespaces.addAll(Set.of("kv$$hcollA", "kv$$hcollB", "kv$$hcollE", "kv$$hcollN", "dangling"));
    try (SnapshotView view = ((KvLedger) ledger).view()) {
      for (String namespace : namespaces) {
        List<String> entries = new ArrayList<>();
        expected.path(namespace).forEach(entry -> entries.add(describe(entry)));
        List<String> found = new ArrayList<>();
        try (StateReader.Cursor cursor =
            view.state().range(namespace, ByteString.EMPTY, ByteString.EMPTY)) {
          for (var entry = cursor.next(); entry != null; entry = cursor.next()) {
            found.add(describe(entry));
          }
        }
        assertThat(found).as("namespace %s", namespace).isEqualTo(entries);
      }
    }
  }

  private static String describe(JsonNode entry) {
    return "%s = %s metadata %s version %d %d"
        .formatted(
            entry.get("key_hex").asText(),
            entry.path("value_hex").asText(""),
            entry.path("metadata_hex").asText(""),
            entry.get("block").asLong(),
            entry.get("tx").asLong());
  }

  private static String describe(StateReader.Entry entry) {
    VersionedValue value = entry.value();
    return "%s = %s metadata %s version %d %d"
        .formatted(
            hex(entry.key()),
            hex(value.present()),
            hex(value.metadata()),
            value.version().block(),
            value.version().tx());
  }

  private static String hex(ByteString bytes) {
    return java.util.HexFormat.of().formatHex(bytes.toByteArray());
  }
}
