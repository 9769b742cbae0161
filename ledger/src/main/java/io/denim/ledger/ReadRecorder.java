package io.denim.ledger;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.RangeQueryInfo;
import org.jspecify.annotations.Nullable;

/// Is told what a query executor reads. Queries outside a simulation record nothing.
interface ReadRecorder {
  ReadRecorder NONE =
      new ReadRecorder() {
        @Override
        public void read(String namespace, String key, @Nullable Height version) {}

        @Override
        public void readHash(CollectionName collection, String key, @Nullable Height version) {}

        @Override
        public void readPrivate(CollectionName collection) {}

        @Override
        public void readRange(RangeReads range) {}

        @Override
        public boolean isRecording() {
          return false;
        }
      };

  void read(String namespace, String key, @Nullable Height version);

  /// A read of private data's hash, or of private data, whose hash stands for it.
  void readHash(CollectionName collection, String key, @Nullable Height version);

  /// A read of clear private data.
  void readPrivate(CollectionName collection);

  /// A range read begins; what it returns is noted in the object until the simulation ends.
  void readRange(RangeReads range);

  boolean isRecording();

  /// What one range read returned so far.
  final class RangeReads {
    private final String namespace;
    private final String endKey;
    private final RangeQueryInfo.Builder info;
    private final RangeQueryResults results = new RangeQueryResults(RangeQueryResults.DEGREE);

    RangeReads(String namespace, String startKey, String endKey) {
      this.namespace = namespace;
      this.endKey = endKey;
      this.info = RangeQueryInfo.newBuilder().setStartKey(startKey);
    }

    String namespace() {
      return namespace;
    }

    void add(ByteString key, Height version) {
      results.add(RwSetBuilder.read(key, version));
      info.setEndKeyBytes(key);
    }

    void exhausted() {
      info.setItrExhausted(true).setEndKey(endKey);
    }

    /// Sums the range up; called once.
    RangeQueryInfo finish() {
      var summary = results.finish();
      if (summary != null) {
        info.setReadsMerkleHashes(summary);
      } else if (!results.reads().isEmpty()) {
        info.getRawReadsBuilder().addAllKvReads(results.reads());
      }
      return info.build();
    }
  }
}
