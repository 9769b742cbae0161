package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRead;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.QueryReads;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.QueryReadsMerkleSummary;
import org.jspecify.annotations.Nullable;

/// Sums up what a range read returned: the reads themselves up to a degree, beyond it the top of a
/// hash tree over them, so that read sets stay small (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/rwsetutil/query_results_helper.go). A leaf hashes one read more than
/// the degree, as does each node above it. Used by one thread.
final class RangeQueryResults {
  /// What Fabric's peers use.
  static final int DEGREE = 50;

  private static final int LEAF_LEVEL = 1;

  private final int degree;
  private final Map<Integer, List<ByteString>> tree = new HashMap<>();
  private List<KVRead> pending = new ArrayList<>();
  private int topLevel = LEAF_LEVEL;

  /// @param degree unsigned
  RangeQueryResults(int degree) {
    if (Integer.compareUnsigned(degree, 2) < 0) {
      throw new IllegalArgumentException(
          "maxDegree [%d] should not be less than 2 in the merkle tree".formatted(degree));
    }
    this.degree = degree;
  }

  void add(KVRead read) {
    pending.add(read);
    if (exceedsDegree(pending.size())) {
      hashPending();
    }
  }

  private boolean exceedsDegree(int count) {
    return Integer.compareUnsigned(count, degree) > 0;
  }

  private void hashPending() {
    ByteString leaf =
        Sha256.of(QueryReads.newBuilder().addAllKvReads(pending).build().toByteString());
    pending = new ArrayList<>();
    int level = LEAF_LEVEL;
    level(level).add(leaf);
    while (exceedsDegree(level(level).size())) {
      ByteString node = Sha256.ofAll(level(level));
      tree.remove(level);
      level++;
      level(level).add(node);
      topLevel = Math.max(topLevel, level);
    }
  }

  private List<ByteString> level(int level) {
    return tree.computeIfAbsent(level, l -> new ArrayList<>());
  }

  private boolean isHashed() {
    return topLevel > LEAF_LEVEL || !level(LEAF_LEVEL).isEmpty();
  }

  /// Ends the adding.
  ///
  /// @return the top of the tree; absent where there are so few reads that they stand for
  ///   themselves
  @Nullable QueryReadsMerkleSummary finish() {
    if (!isHashed()) {
      return null;
    }
    if (!pending.isEmpty()) {
      hashPending();
    }
    for (int level = LEAF_LEVEL; level < topLevel; level++) {
      List<ByteString> hashes = level(level);
      if (!hashes.isEmpty()) {
        ByteString node = hashes.size() == 1 ? hashes.getFirst() : Sha256.ofAll(hashes);
        tree.remove(level);
        level(level + 1).add(node);
      }
    }
    List<ByteString> top = level(topLevel);
    if (exceedsDegree(top.size())) {
      tree.remove(topLevel);
      topLevel++;
      level(topLevel).add(Sha256.ofAll(top));
    }
    return summary();
  }

  /// The reads that were added, where they are not hashed.
  List<KVRead> reads() {
    return pending;
  }

  /// The tree's highest level so far.
  int topLevel() {
    return topLevel;
  }

  /// The hashes at the highest level so far.
  List<ByteString> topHashes() {
    return level(topLevel);
  }

  private QueryReadsMerkleSummary summary() {
    return QueryReadsMerkleSummary.newBuilder()
        .setMaxDegree(degree)
        .setMaxLevel(topLevel)
        .addAllMaxLevelHashes(topHashes())
        .build();
  }
}
