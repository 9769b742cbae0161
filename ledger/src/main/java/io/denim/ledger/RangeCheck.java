package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.List;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRead;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.QueryReadsMerkleSummary;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.RangeQueryInfo;
import org.jspecify.annotations.Nullable;

/// Whether a range read would return the same again: against the committed state with the updates
/// of the block's earlier transactions (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/validation/rangequery_validator.go, combined_iterator.go). A range
/// whose iterator was not read to its end reaches up to and including the last key read.
///
/// Summaries that make a Fabric peer stop (a degree below 2, a read without version) count as
/// changed.
final class RangeCheck {
  private final StateReader committed;
  private final UpdateMap<String> updates;
  private final String namespace;
  private final RangeQueryInfo query;

  RangeCheck(
      StateReader committed, UpdateMap<String> updates, String namespace, RangeQueryInfo query) {
    this.committed = committed;
    this.updates = updates;
    this.namespace = namespace;
    this.query = query;
  }

  boolean isUnchanged() {
    ByteString start = query.getStartKeyBytes();
    ByteString end = query.getEndKeyBytes();
    try (StateReader.Cursor range =
        new MergedRange(
            committed.range(namespace, start, end), updates.range(namespace, start, end))) {
      StateReader.Cursor results = query.getItrExhausted() ? range : new WithEndKey(range, end);
      return query.hasReadsMerkleHashes()
          ? hashesMatch(query.getReadsMerkleHashes(), results)
          : readsMatch(query.getRawReads().getKvReadsList(), results);
    }
  }

  private static boolean readsMatch(List<KVRead> reads, StateReader.Cursor results) {
    for (KVRead read : reads) {
      StateReader.Entry result = results.next();
      if (result == null
          || !result.key().equals(read.getKeyBytes())
          || !result.value().version().equals(Height.of(read.hasVersion(), read.getVersion()))) {
        return false;
      }
    }
    return results.next() == null;
  }

  private static boolean hashesMatch(QueryReadsMerkleSummary expected, StateReader.Cursor results) {
    if (Integer.compareUnsigned(expected.getMaxDegree(), 2) < 0) {
      return false;
    }
    RangeQueryResults found = new RangeQueryResults(expected.getMaxDegree());
    int matched = 0;
    for (StateReader.Entry result = results.next(); result != null; result = results.next()) {
      found.add(
          KVRead.newBuilder()
              .setKeyBytes(result.key())
              .setVersion(result.value().version().toProto())
              .build());
      List<ByteString> hashes = found.topHashes();
      int level = Integer.compareUnsigned(found.topLevel(), expected.getMaxLevel());
      if (level < 0 || (level == 0 && matched == hashes.size())) {
        continue;
      }
      if (level > 0
          || hashes.size() > expected.getMaxLevelHashesCount()
          || !hashes.get(matched).equals(expected.getMaxLevelHashes(matched))) {
        return false;
      }
      matched++;
    }
    return sameSummary(expected, found.finish());
  }

  private static boolean sameSummary(
      QueryReadsMerkleSummary expected, @Nullable QueryReadsMerkleSummary found) {
    return found != null
        && expected.getMaxDegree() == found.getMaxDegree()
        && expected.getMaxLevel() == found.getMaxLevel()
        && expected.getMaxLevelHashesList().equals(found.getMaxLevelHashesList());
  }

  /// A range with its end key behind it.
  private final class WithEndKey implements StateReader.Cursor {
    private final StateReader.Cursor range;
    private final ByteString end;
    private boolean served;

    WithEndKey(StateReader.Cursor range, ByteString end) {
      this.range = range;
      this.end = end;
    }

    @Override
    public StateReader.@Nullable Entry next() {
      StateReader.Entry next = served ? null : range.next();
      if (next != null || served) {
        return next;
      }
      served = true;
      VersionedValue value = updates.get(namespace, end);
      if (value == null) {
        value = committed.get(namespace, end);
      }
      return value == null || value.isDeletion() ? null : new StateReader.Entry(end, value);
    }

    @Override
    public void close() {
      range.close();
    }
  }
}
