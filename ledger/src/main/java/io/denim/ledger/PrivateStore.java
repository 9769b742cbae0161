package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.BlockPrivateData.MissingPrivateData;
import io.denim.ledger.PeerLedger.MissingInBlock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;

/// The clear private write sets that this node holds, by block and transaction, and a note of those
/// that it lacks (fabric v3.1.5 core/ledger/pvtdatastorage). Unlike all else they do not follow
/// from the block files, so they have a database with a log of its own, which is on disk before the
/// block is. Storing a block's data again changes nothing. Reads are safe for any thread; one
/// thread at a time writes.
final class PrivateStore implements AutoCloseable {
  private static final Set<Table> TABLES =
      EnumSet.of(
          Table.PRIVATE,
          Table.PRIVATE_KEYS,
          Table.MISSING,
          Table.SNAPSHOT_HASHES,
          Table.PURGED,
          Table.EXPIRY,
          Table.SNAPSHOTS);
  private static final byte[] ELIGIBLE = {1};
  private static final byte[] INELIGIBLE = {0};

  private final Database db;
  private final long lastAtOpening;
  private boolean unsynced;

  PrivateStore(Path directory) {
    this.db = Database.open(directory, TABLES);
    this.lastAtOpening = lastBlock();
  }

  private long lastBlock() {
    try (Database.Cursor cursor = db.cursor(Table.PRIVATE, new byte[0])) {
      cursor.seekBefore(new DatabaseKey().number(-1L).build());
      byte[] last = cursor.key();
      return last == null ? 0 : DataKey.decode(last).block();
    }
  }

  /// Whether sets of a block may be here before it is committed: it was committed once before the
  /// chain was reset, or nearly so before a crash.
  boolean mayHold(long block) {
    return Long.compareUnsigned(block, lastAtOpening) <= 0;
  }

  /// Requests for snapshots are kept here too, since they do not follow from the blocks either.
  SnapshotRequests snapshotRequests() {
    return new SnapshotRequests(db);
  }

  /// Stores what a block brings.
  ///
  /// @param purges keys that the block purges, whose values also leave the sets of earlier blocks
  /// @param expiries tells when a collection's data of this block expires
  void commit(long block, BlockPrivateData data, List<Purge> purges, Expiries expiries) {
    if (data.present().isEmpty() && data.missing().isEmpty() && purges.isEmpty()) {
      return;
    }
    try (Database.Batch batch = db.batch()) {
      for (Purge purge : purges) {
        trim(batch, purge);
      }
      data.present()
          .forEach((tx, set) -> new SetWriter(batch, block, tx, expiries).add(set, purges));
      for (MissingPrivateData missing : data.missing()) {
        DataKey key = new DataKey(block, missing.txNumber(), missing.collection());
        batch.put(
            Table.MISSING, key.encodeNewestFirst(), missing.eligible() ? ELIGIBLE : INELIGIBLE);
        addExpiry(batch, key, expiries.of(key.collection()));
      }
      batch.writeLogged();
    }
    unsynced |= !data.present().isEmpty() || !purges.isEmpty();
  }

  /// Stores sets that were missing.
  void commitLate(long block, TxPvtData data, Expiries expiries) {
    try (Database.Batch batch = db.batch()) {
      SetWriter writer = new SetWriter(batch, block, data.txNumber(), expiries);
      writer.add(data.writeSet(), List.of());
      for (CollectionName name : writer.written) {
        DataKey key = new DataKey(block, data.txNumber(), name);
        batch.delete(Table.MISSING, key.encodeNewestFirst());
        forgetSnapshotHashes(batch, key);
      }
      batch.writeLogged();
    }
    unsynced = true;
  }

  /// Waits until what was stored is on disk. Notes of what is missing are not worth a wait, since
  /// they follow from the blocks.
  ///
  /// @return whether there was anything to wait for
  boolean sync() {
    if (!unsynced) {
      return false;
    }
    db.sync();
    unsynced = false;
    return true;
  }

  private static void addExpiry(Database.Batch batch, DataKey key, long expiry) {
    if (expiry != BlockToLive.NEVER) {
      byte[] name =
          new DatabaseKey().number(expiry).bytes(ByteString.copyFrom(key.encode())).build();
      batch.put(Table.EXPIRY, name, new byte[0]);
    }
  }

  /// Takes a purged key out of the sets stored so far.
  private void trim(Database.Batch batch, Purge purge) {
    byte[] prefix = purgeKey(purge.collection(), purge.keyHash());
    batch.put(
        Table.PURGED,
        prefix,
        new DatabaseKey().number(purge.height().block()).number(purge.height().tx()).build());
    Map<DataKey, KVRWSet> trimmed = new HashMap<>();
    try (Database.Cursor cursor = db.cursor(Table.PRIVATE_KEYS, prefix)) {
      for (byte[] entry = cursor.key();
          entry != null && DatabaseKey.startsWith(entry, prefix);
          entry = cursor.key()) {
        DatabaseKey.Parts parts = new DatabaseKey.Parts(entry);
        CollectionName name = parts.collection();
        parts.bytes(purge.keyHash().size());
        DataKey key = new DataKey(parts.number(), parts.number(), name);
        if (new Height(key.block(), key.tx()).compareTo(purge.height()) <= 0) {
          read(key).ifPresent(set -> trimmed.put(key, set));
          batch.delete(Table.PRIVATE_KEYS, entry);
        }
        cursor.next();
      }
    }
    trimmed.forEach((key, set) ->
        batch.put(
            Table.PRIVATE,
            key.encode(),
            without(set, hash -> hash.equals(purge.keyHash())).toByteArray()));
  }

  private static KVRWSet without(KVRWSet set, Predicate<ByteString> purged) {
    KVRWSet.Builder kept = set.toBuilder().clearWrites();
    for (KVWrite write : set.getWritesList()) {
      if (!purged.test(KeyHash.of(write.getKey()))) {
        kept.addWrites(write);
      }
    }
    return kept.build();
  }

  private static byte[] purgeKey(CollectionName name, ByteString keyHash) {
    return new DatabaseKey().collection(name).bytes(keyHash).build();
  }

  private Optional<KVRWSet> read(DataKey key) {
    byte[] bytes = db.get(Table.PRIVATE, key.encode());
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(KVRWSet.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new LedgerException("the private data of " + key + " cannot be read", e);
    }
  }

  boolean holds(long block, long tx, CollectionName name) {
    return db.get(Table.PRIVATE, new DataKey(block, tx, name).encode()) != null;
  }

  boolean isNotedAsMissing(long block, long tx, CollectionName name) {
    return db.get(Table.MISSING, new DataKey(block, tx, name).encodeNewestFirst()) != null;
  }

  /// Whether a key written at a height was purged then or later.
  boolean isPurged(CollectionName name, ByteString keyHash, Height written) {
    byte[] value = db.get(Table.PURGED, purgeKey(name, keyHash));
    if (value == null) {
      return false;
    }
    DatabaseKey.Parts parts = new DatabaseKey.Parts(value);
    return written.compareTo(new Height(parts.number(), parts.number())) <= 0;
  }

  /// The clear key behind a hash, if a stored set holds it.
  Optional<String> clearKey(CollectionName name, ByteString keyHash) {
    byte[] prefix = purgeKey(name, keyHash);
    try (Database.Cursor cursor = db.cursor(Table.PRIVATE_KEYS, prefix)) {
      byte[] key = cursor.key();
      return key != null && DatabaseKey.startsWith(key, prefix)
          ? Optional.of(ByteString.copyFrom(cursor.value()).toStringUtf8())
          : Optional.empty();
    }
  }

  /// The sets of a block, by transaction.
  List<TxPvtData> read(long block, Predicate<CollectionName> filter) {
    List<TxPvtData> transactions = new ArrayList<>();
    byte[] prefix = new DatabaseKey().number(block).build();
    TxPvtReadWriteSet.Builder set = TxPvtReadWriteSet.newBuilder();
    long tx = -1;
    try (Database.Cursor cursor = db.cursor(Table.PRIVATE, prefix)) {
      for (byte[] entry = cursor.key();
          entry != null && DatabaseKey.startsWith(entry, prefix);
          entry = cursor.key()) {
        DataKey key = DataKey.decode(entry);
        if (filter.test(key.collection())) {
          if (key.tx() != tx && set.getNsPvtRwsetCount() > 0) {
            transactions.add(new TxPvtData(tx, set.build()));
            set = TxPvtReadWriteSet.newBuilder();
          }
          tx = key.tx();
          append(set, key.collection(), cursor.value());
        }
        cursor.next();
      }
    }
    if (set.getNsPvtRwsetCount() > 0) {
      transactions.add(new TxPvtData(tx, set.build()));
    }
    return transactions;
  }

  private static void append(TxPvtReadWriteSet.Builder set, CollectionName name, byte[] bytes) {
    int last = set.getNsPvtRwsetCount() - 1;
    NsPvtReadWriteSet.Builder namespace =
        last >= 0 && set.getNsPvtRwset(last).getNamespace().equals(name.namespace())
            ? set.getNsPvtRwsetBuilder(last)
            : set.addNsPvtRwsetBuilder().setNamespace(name.namespace());
    namespace.addCollectionPvtRwset(
        CollectionPvtReadWriteSet.newBuilder()
            .setCollectionName(name.collection())
            .setRwset(ByteString.copyFrom(bytes)));
  }

  /// What is missing, from the newest block on down. Whether this node was a member of a collection
  /// when its block was committed does not matter: it may have become one since.
  List<MissingInBlock> missing(long below, int maxBlocks, Predicate<CollectionName> wanted) {
    List<MissingInBlock> missing = new ArrayList<>();
    if (below == 0) {
      return missing;
    }
    Set<Long> blocks = new HashSet<>();
    byte[] newest = new DatabaseKey().number(below == -1L ? 0 : ~(below - 1)).build();
    try (Database.Cursor cursor = db.cursor(Table.MISSING, newest)) {
      for (byte[] entry = cursor.key(); entry != null; entry = cursor.key()) {
        DataKey key = DataKey.decodeNewestFirst(entry);
        if (wanted.test(key.collection())) {
          if (!blocks.contains(key.block()) && blocks.size() == maxBlocks) {
            return missing;
          }
          blocks.add(key.block());
          missing.add(new MissingInBlock(key.block(), (int) key.tx(), key.collection()));
        }
        cursor.next();
      }
    }
    return missing;
  }

  /// Notes what a snapshot has the hashes of as missing.
  void noteMissing(List<SnapshotHash> hashes) {
    try (Database.Batch batch = db.batch()) {
      for (SnapshotHash hash : hashes) {
        DataKey key = new DataKey(hash.version().block(), hash.version().tx(), hash.collection());
        batch.put(Table.MISSING, key.encodeNewestFirst(), ELIGIBLE);
        batch.put(
            Table.SNAPSHOT_HASHES, key.encodeForSnapshot(hash.key()), hash.value().toByteArray());
        addExpiry(batch, key, hash.expiry());
      }
      batch.writeLogged();
    }
    unsynced |= !hashes.isEmpty();
  }

  /// The hashes of values by those of keys that a snapshot has of a transaction in a collection.
  Map<ByteString, ByteString> snapshotHashes(long block, long tx, CollectionName name) {
    Map<ByteString, ByteString> hashes = new HashMap<>();
    byte[] prefix = new DataKey(block, tx, name).encode();
    try (Database.Cursor cursor = db.cursor(Table.SNAPSHOT_HASHES, prefix)) {
      for (byte[] entry = cursor.key();
          entry != null && DatabaseKey.startsWith(entry, prefix);
          entry = cursor.key()) {
        hashes.put(
            ByteString.copyFrom(entry).substring(prefix.length),
            ByteString.copyFrom(cursor.value()));
        cursor.next();
      }
    }
    return hashes;
  }

  /// Deletes what expired with a block or before.
  void deleteExpired(long block) {
    try (Database.Cursor cursor = db.cursor(Table.EXPIRY, new byte[0]);
        Database.Batch batch = db.batch()) {
      for (byte[] entry = cursor.key(); entry != null; entry = cursor.key()) {
        DatabaseKey.Parts parts = new DatabaseKey.Parts(entry);
        if (Long.compareUnsigned(parts.number(), block) > 0) {
          break;
        }
        DataKey key = DataKey.decode(parts.rest().toByteArray());
        read(key).ifPresent(set -> forgetKeys(batch, key, set));
        batch.delete(Table.PRIVATE, key.encode());
        batch.delete(Table.MISSING, key.encodeNewestFirst());
        batch.delete(Table.EXPIRY, entry);
        forgetSnapshotHashes(batch, key);
        cursor.next();
      }
      batch.writeLogged();
    }
  }

  private void forgetSnapshotHashes(Database.Batch batch, DataKey key) {
    for (ByteString hash : snapshotHashes(key.block(), key.tx(), key.collection()).keySet()) {
      batch.delete(Table.SNAPSHOT_HASHES, key.encodeForSnapshot(hash));
    }
  }

  private static void forgetKeys(Database.Batch batch, DataKey key, KVRWSet set) {
    for (KVWrite write : set.getWritesList()) {
      batch.delete(Table.PRIVATE_KEYS, key.encodeWithKey(KeyHash.of(write.getKey())));
    }
  }

  @Override
  public void close() {
    db.close();
  }

  /// Tells the block with which a collection's data expires, {@link BlockToLive#NEVER} for none.
  interface Expiries {
    long of(CollectionName collection);
  }

  /// A private key that a snapshot has the hashes of.
  ///
  /// @param version which transaction wrote it
  /// @param key the key's hash
  /// @param value the value's hash
  /// @param expiry as {@link Expiries} tells it
  record SnapshotHash(
      CollectionName collection, Height version, ByteString key, ByteString value, long expiry) {}

  /// A key that a transaction purges.
  record Purge(CollectionName collection, ByteString keyHash, Height height) {
    boolean covers(DataKey key, ByteString hash, Height written) {
      return collection.equals(key.collection())
          && keyHash.equals(hash)
          && written.compareTo(height) <= 0;
    }
  }

  /// Where a set belongs.
  record DataKey(long block, long tx, CollectionName collection) {
    byte[] encode() {
      return new DatabaseKey().number(block).number(tx).collection(collection).build();
    }

    byte[] encodeNewestFirst() {
      return new DatabaseKey().number(~block).number(tx).collection(collection).build();
    }

    byte[] encodeWithKey(ByteString keyHash) {
      return new DatabaseKey()
          .collection(collection)
          .bytes(keyHash)
          .number(block)
          .number(tx)
          .build();
    }

    byte[] encodeForSnapshot(ByteString keyHash) {
      return new DatabaseKey()
          .number(block)
          .number(tx)
          .collection(collection)
          .bytes(keyHash)
          .build();
    }

    static DataKey decode(byte[] bytes) {
      DatabaseKey.Parts parts = new DatabaseKey.Parts(bytes);
      return new DataKey(parts.number(), parts.number(), parts.collection());
    }

    static DataKey decodeNewestFirst(byte[] bytes) {
      DatabaseKey.Parts parts = new DatabaseKey.Parts(bytes);
      return new DataKey(~parts.number(), parts.number(), parts.collection());
    }
  }

  /// Writes the sets of one transaction.
  private final class SetWriter {
    private final Database.Batch batch;
    private final long block;
    private final long tx;
    private final Expiries expiries;
    private final List<CollectionName> written = new ArrayList<>();

    SetWriter(Database.Batch batch, long block, long tx, Expiries expiries) {
      this.batch = batch;
      this.block = block;
      this.tx = tx;
      this.expiries = expiries;
    }

    void add(TxPvtReadWriteSet set, List<Purge> purges) {
      for (NsPvtReadWriteSet namespace : set.getNsPvtRwsetList()) {
        for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
          CollectionName name =
              new CollectionName(namespace.getNamespace(), collection.getCollectionName());
          write(new DataKey(block, tx, name), collection.getRwset(), purges);
        }
      }
    }

    private void write(DataKey key, ByteString bytes, List<Purge> purges) {
      KVRWSet set;
      try {
        set = KVRWSet.parseFrom(bytes);
      } catch (InvalidProtocolBufferException e) {
        return; // what nobody can read is not worth keeping
      }
      Height height = new Height(block, tx);
      KVRWSet kept =
          without(
              set,
              hash ->
                  isPurged(key.collection(), hash, height)
                      || purges.stream().anyMatch(purge -> purge.covers(key, hash, height)));
      boolean whole = kept.getWritesCount() == set.getWritesCount();
      batch.put(Table.PRIVATE, key.encode(), whole ? bytes.toByteArray() : kept.toByteArray());
      for (KVWrite write : kept.getWritesList()) {
        batch.put(
            Table.PRIVATE_KEYS,
            key.encodeWithKey(KeyHash.of(write.getKey())),
            write.getKeyBytes().toByteArray());
      }
      addExpiry(batch, key, expiries.of(key.collection()));
      written.add(key.collection());
    }
  }
}
