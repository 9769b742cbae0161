package io.denim.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.CommitSteps;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.PeerLedger;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.TxPvtData;
import io.denim.validate.ValidatedBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// A golden chain replayed with one of its peers' private data, from wherever a ledger stands, and
/// what a ledger then holds, for comparing.
final class GoldenRun implements ChainReplay.Watcher {
  private static final int HISTORY_KEYS = 200;

  private final Path chain;
  private final Map<Long, Map<Integer, TxPvtReadWriteSet>> clear = new HashMap<>();
  private final CommitSteps steps;
  private final Consumer<Long> committed;

  /// @param committed is told each height that is acknowledged
  GoldenRun(Path chain, CommitSteps steps, Consumer<Long> committed) throws IOException {
    this.chain = chain;
    this.steps = steps;
    this.committed = committed;
    JsonNode delivered = new ObjectMapper().readTree(chain.resolve("pvt.json").toFile());
    for (JsonNode entry : delivered.path("peer0.org1")) {
      clear
          .computeIfAbsent(entry.get("block").asLong(), block -> new HashMap<>())
          .put(
              entry.get("tx").asInt(),
              TxPvtReadWriteSet.parseFrom(
                  HexFormat.of().parseHex(entry.get("pvt_rwset_hex").asText())));
    }
  }

  static Path golden(String name) {
    return Path.of(System.getProperty("denim.testdata"), "golden", name);
  }

  /// Small block files, so that there are some.
  static LedgerOptions options(Path root) {
    return new LedgerOptions(root, true, 200_000);
  }

  @Override
  public CommitSteps steps() {
    return steps;
  }

  @Override
  public BlockPrivateData privateData(ValidatedBlock block) {
    Map<Integer, TxPvtReadWriteSet> known = clear.get(block.block().getHeader().getNumber());
    return known == null ? BlockPrivateData.NONE : new BlockPrivateData(known, List.of());
  }

  @Override
  public void committed(List<CommittedBlock> blocks) {
    committed.accept(blocks.getLast().number() + 1);
  }

  /// Goes on up to a height, or to the chain's end, and gives the ledger away before it is closed.
  void to(long height, LedgerOptions options, Consumer<PeerLedger> then) throws Exception {
    try (RecordedChain blocks = RecordedChain.open(chain, Optional.empty())) {
      Block genesis = ChainAudit.asOrdered(blocks.next().orElseThrow());
      try (ChainReplay replay =
          ChainReplay.start(options, genesis, SignatureVerifier.create(), this)) {
        long next = replay.ledger().height();
        for (long number = 1; number < height; number++) {
          Optional<Block> block = blocks.next();
          if (block.isEmpty()) {
            break;
          }
          if (number >= next) {
            Optional<String> problem = replay.take(ChainAudit.asOrdered(block.get()));
            if (problem.isPresent()) {
              throw new IllegalStateException(problem.get());
            }
          }
        }
        Optional<String> stopped = replay.finish();
        if (stopped.isPresent()) {
          throw new IllegalStateException(stopped.get());
        }
        then.accept(replay.ledger());
      }
    }
  }

  /// All that a ledger at the chain's end holds, by name: each block file, each snapshot file,
  /// private data block by block with what is missing, clear private state, and keys' histories.
  static Map<String, Object> contents(LedgerOptions options, PeerLedger ledger) {
    Map<String, Object> contents = new TreeMap<>();
    contents.put("commit hash", ledger.commitHash());
    contents.put("missing", ledger.missingPrivateData(-1, Integer.MAX_VALUE, name -> true));
    for (long number = 0; number < ledger.height(); number++) {
      List<TxPvtData> data = ledger.privateData(number, name -> true);
      if (!data.isEmpty()) {
        contents.put("private data of block " + number, data);
      }
    }
    try (QueryExecutor state = ledger.queryExecutor()) {
      for (String collection : List.of("collA", "collB", "collE")) {
        contents.put(collection, keys(state.privateDataRange("kv", collection, "", "")));
      }
      List<String> keys = keys(state.stateRange("kv", "", ""));
      for (String key : keys.subList(0, Math.min(HISTORY_KEYS, keys.size()))) {
        contents.put("history of " + key, history(state, key));
      }
    } catch (io.denim.ledger.SimulationException e) {
      throw new IllegalStateException(e);
    }
    long last = ledger.height() - 1;
    if (ledger.requestSnapshot(last).isPresent()) {
      throw new IllegalStateException("there is a snapshot already");
    }
    return contents;
  }

  /// The block files and the snapshot's, once the ledger is closed.
  static Map<String, ByteString> files(LedgerOptions options) throws IOException {
    Map<String, ByteString> files = new TreeMap<>();
    for (Path root : List.of(options.root().resolve("chains"), options.snapshots())) {
      try (Stream<Path> found = Files.walk(root)) {
        for (Path file : found.filter(Files::isRegularFile).toList()) {
          files.put(
              root.relativize(file).toString(), ByteString.copyFrom(Files.readAllBytes(file)));
        }
      }
    }
    return files;
  }

  private static List<String> keys(
      QueryExecutor.Results<org.hyperledger.fabric.protos.ledger.queryresult.KV> results)
      throws io.denim.ledger.SimulationException {
    List<String> keys = new ArrayList<>();
    try (results) {
      for (var next = results.next(); next.isPresent(); next = results.next()) {
        keys.add(next.get().getKey());
      }
    }
    return keys;
  }

  private static List<Object> history(QueryExecutor state, String key)
      throws io.denim.ledger.SimulationException {
    List<Object> history = new ArrayList<>();
    try (var results = state.history("kv", key)) {
      for (var next = results.next(); next.isPresent(); next = results.next()) {
        history.add(next.get());
      }
    }
    return history;
  }
}
