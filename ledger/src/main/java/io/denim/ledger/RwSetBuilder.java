package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionHashedReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.HashedRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWriteHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRead;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVReadHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.RangeQueryInfo;
import org.jspecify.annotations.Nullable;

/// Collects a simulation's reads and writes into read-write sets whose bytes are those of a Fabric
/// peer's, so that endorsements by both count together: everything is sorted by the bytes of its
/// name, ranges are in order of their queries, repeated ones are left out (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/rwsetutil/rwset_builder.go). Hashed entries are sorted by the clear
/// key, not by its hash. Used by one thread.
final class RwSetBuilder implements ReadRecorder {
  private final SortedMap<String, Namespace> namespaces = sorted();
  private final SortedMap<String, SortedMap<String, PrivateWrites>> privateWrites = sorted();
  private final List<RangeReads> ranges = new ArrayList<>();
  private final Set<CollectionName> privateReads = new HashSet<>();

  private static <T> SortedMap<String, T> sorted() {
    return new TreeMap<>(CommitHash.BY_BYTES);
  }

  static KVRead read(ByteString key, @Nullable Height version) {
    KVRead.Builder read = KVRead.newBuilder().setKeyBytes(key);
    if (version != null) {
      read.setVersion(version.toProto());
    }
    return read.build();
  }

  @Override
  public boolean isRecording() {
    return true;
  }

  @Override
  public void read(String namespace, String key, @Nullable Height version) {
    namespace(namespace).reads.put(key, read(ByteString.copyFromUtf8(key), version));
  }

  @Override
  public void readHash(CollectionName name, String key, @Nullable Height version) {
    KVReadHash.Builder read = KVReadHash.newBuilder().setKeyHash(KeyHash.of(key));
    if (version != null) {
      read.setVersion(version.toProto());
    }
    hashed(name).reads.put(key, read.build());
  }

  @Override
  public void readPrivate(CollectionName collection) {
    privateReads.add(collection);
  }

  @Override
  public void readRange(RangeReads range) {
    ranges.add(range);
  }

  Set<CollectionName> privateReads() {
    return privateReads;
  }

  /// @param value empty for a delete
  void write(String namespace, String key, ByteString value) {
    namespace(namespace).writes.put(key, kvWrite(key, value));
  }

  private static KVWrite kvWrite(String key, ByteString value) {
    return KVWrite.newBuilder().setKey(key).setIsDelete(value.isEmpty()).setValue(value).build();
  }

  void writeMetadata(String namespace, String key, Map<String, ByteString> metadata) {
    namespace(namespace)
        .metadataWrites
        .put(
            key,
            KVMetadataWrite.newBuilder()
                .setKey(key)
                .addAllEntries(Metadata.entries(metadata))
                .build());
  }

  /// @param value empty for a delete
  void writePrivate(CollectionName name, String key, ByteString value, boolean purge) {
    KVWriteHash.Builder hash =
        KVWriteHash.newBuilder()
            .setKeyHash(KeyHash.of(key))
            .setIsDelete(value.isEmpty())
            .setIsPurge(purge);
    if (!value.isEmpty()) {
      hash.setValueHash(Sha256.of(value));
    }
    hashed(name).writes.put(key, hash.build());
    clear(name).writes.put(key, kvWrite(key, value));
  }

  void writePrivateMetadata(CollectionName name, String key, Map<String, ByteString> metadata) {
    clear(name).metadataWrites.put(key, KVMetadataWrite.newBuilder().setKey(key).build());
    hashed(name)
        .metadataWrites
        .put(
            key,
            KVMetadataWriteHash.newBuilder()
                .setKeyHash(KeyHash.of(key))
                .addAllEntries(Metadata.entries(metadata))
                .build());
  }

  private Namespace namespace(String name) {
    return namespaces.computeIfAbsent(name, n -> new Namespace());
  }

  private Hashed hashed(CollectionName name) {
    return namespace(name.namespace())
        .collections
        .computeIfAbsent(name.collection(), c -> new Hashed());
  }

  private PrivateWrites clear(CollectionName name) {
    return privateWrites
        .computeIfAbsent(name.namespace(), n -> sorted())
        .computeIfAbsent(name.collection(), c -> new PrivateWrites());
  }

  /// Ends the collecting: the clear private writes, whose hashes then stand in the public set.
  Optional<TxPvtReadWriteSet> buildPrivate() {
    if (privateWrites.isEmpty()) {
      return Optional.empty();
    }
    TxPvtReadWriteSet.Builder all = TxPvtReadWriteSet.newBuilder();
    privateWrites.forEach((namespace, collections) -> {
      NsPvtReadWriteSet.Builder set = NsPvtReadWriteSet.newBuilder().setNamespace(namespace);
      collections.forEach((collection, writes) -> {
        ByteString bytes = writes.build().toByteString();
        set.addCollectionPvtRwset(
            CollectionPvtReadWriteSet.newBuilder().setCollectionName(collection).setRwset(bytes));
        hashed(new CollectionName(namespace, collection)).clearHash = Sha256.of(bytes);
      });
      all.addNsPvtRwset(set);
    });
    return Optional.of(all.build());
  }

  /// The public set; called once, after {@link #buildPrivate}.
  TxReadWriteSet buildPublic() {
    for (RangeReads range : ranges) {
      namespace(range.namespace()).addRange(range.finish());
    }
    TxReadWriteSet.Builder all = TxReadWriteSet.newBuilder();
    namespaces.forEach((name, namespace) -> all.addNsRwset(namespace.build(name)));
    return all.build();
  }

  private record RangeKey(ByteString start, ByteString end, boolean exhausted) {}

  private static final class Namespace {
    private final SortedMap<String, KVRead> reads = sorted();
    private final SortedMap<String, KVWrite> writes = sorted();
    private final SortedMap<String, KVMetadataWrite> metadataWrites = sorted();
    private final SortedMap<String, Hashed> collections = sorted();
    private final Set<RangeKey> rangeKeys = new HashSet<>();
    private final List<RangeQueryInfo> ranges = new ArrayList<>();

    void addRange(RangeQueryInfo range) {
      RangeKey key =
          new RangeKey(range.getStartKeyBytes(), range.getEndKeyBytes(), range.getItrExhausted());
      if (rangeKeys.add(key)) {
        ranges.add(range);
      }
    }

    NsReadWriteSet build(String name) {
      NsReadWriteSet.Builder set =
          NsReadWriteSet.newBuilder()
              .setNamespace(name)
              .setRwset(
                  KVRWSet.newBuilder()
                      .addAllReads(reads.values())
                      .addAllRangeQueriesInfo(ranges)
                      .addAllWrites(writes.values())
                      .addAllMetadataWrites(metadataWrites.values())
                      .build()
                      .toByteString());
      collections.forEach(
          (collection, hashed) -> set.addCollectionHashedRwset(hashed.build(collection)));
      return set.build();
    }
  }

  private static final class Hashed {
    private final SortedMap<String, KVReadHash> reads = sorted();
    private final SortedMap<String, KVWriteHash> writes = sorted();
    private final SortedMap<String, KVMetadataWriteHash> metadataWrites = sorted();
    private ByteString clearHash = ByteString.EMPTY;

    CollectionHashedReadWriteSet build(String name) {
      return CollectionHashedReadWriteSet.newBuilder()
          .setCollectionName(name)
          .setHashedRwset(
              HashedRWSet.newBuilder()
                  .addAllHashedReads(reads.values())
                  .addAllHashedWrites(writes.values())
                  .addAllMetadataWrites(metadataWrites.values())
                  .build()
                  .toByteString())
          .setPvtRwsetHash(clearHash)
          .build();
    }
  }

  private static final class PrivateWrites {
    private final SortedMap<String, KVWrite> writes = sorted();
    private final SortedMap<String, KVMetadataWrite> metadataWrites = sorted();

    KVRWSet build() {
      return KVRWSet.newBuilder()
          .addAllWrites(writes.values())
          .addAllMetadataWrites(metadataWrites.values())
          .build();
    }
  }
}
