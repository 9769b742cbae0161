package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.ledger.SnapshotRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Fills a new channel's database from a snapshot's files, whose hashes are verified already. Clear
/// private data is not part of a snapshot: all of it is noted as missing, with the hashes that it
/// has to have (fabric v3.1.5 core/ledger/pvtdatastorage/snapshot_data_importer.go). Used by one
/// thread, once.
final class SnapshotImport {
  private static final int BATCH_BYTES = 4 << 20;

  private final Path directory;
  private final SnapshotBase base;
  private final Database db;
  private final PrivateStore clear;
  private final BlockToLive blockToLive;
  private final List<PrivateStore.SnapshotHash> hashes = new ArrayList<>();
  private Database.Batch batch;
  private int batchBytes;

  SnapshotImport(
      Path directory, SnapshotBase base, Database db, PrivateStore clear, BlockToLive blockToLive) {
    this.directory = directory;
    this.base = base;
    this.db = db;
    this.clear = clear;
    this.blockToLive = blockToLive;
    this.batch = db.batch();
  }

  /// Imports everything; the database is on disk on return.
  void run() {
    try {
      importTxIds();
      importCollections();
      importState("public_state", false);
      importState("private_state_hashes", true);
      BlockIndex.putBase(batch, base);
      write();
      batch.close();
      db.flush(true);
      clear.sync();
    } catch (IOException e) {
      throw new LedgerException("cannot import the snapshot " + directory + ": " + e, e);
    }
  }

  private void put(Table table, byte[] key, byte[] value) {
    batch.put(table, key, value);
    batchBytes += key.length + value.length;
    if (batchBytes > BATCH_BYTES) {
      write();
    }
  }

  private void write() {
    clear.noteMissing(hashes);
    hashes.clear();
    batch.writeUnlogged();
    batch.close();
    batch = db.batch();
    batchBytes = 0;
  }

  private void importTxIds() throws IOException {
    if (!Files.exists(directory.resolve("txids.data"))) {
      return;
    }
    try (SnapshotFileReader metadata = new SnapshotFileReader(directory.resolve("txids.metadata"));
        SnapshotFileReader data = new SnapshotFileReader(directory.resolve("txids.data"))) {
      for (long left = metadata.number(); left > 0; left--) {
        byte[] key = BlockIndex.transactionKey(data.bytes().toStringUtf8());
        put(Table.INDEX, key, BlockIndex.ofSnapshot(base.lastBlock()));
      }
    }
  }

  private void importCollections() throws IOException {
    if (!Files.exists(directory.resolve("confighistory.data"))) {
      return;
    }
    try (SnapshotFileReader metadata =
            new SnapshotFileReader(directory.resolve("confighistory.metadata"));
        SnapshotFileReader data = new SnapshotFileReader(directory.resolve("confighistory.data"))) {
      for (long left = metadata.number(); left > 0; left--) {
        put(Table.COLLECTIONS, data.bytes().toByteArray(), data.bytes().toByteArray());
      }
    }
  }

  private void importState(String name, boolean hashed) throws IOException {
    if (!Files.exists(directory.resolve(name + ".data"))) {
      return;
    }
    try (SnapshotFileReader metadata =
            new SnapshotFileReader(directory.resolve(name + ".metadata"));
        SnapshotFileReader data = new SnapshotFileReader(directory.resolve(name + ".data"))) {
      for (long namespaces = metadata.number(); namespaces > 0; namespaces--) {
        String namespace = metadata.bytes().toStringUtf8();
        for (long left = metadata.number(); left > 0; left--) {
          SnapshotRecord entry = SnapshotRecord.parseFrom(data.bytes());
          importRecord(namespace, entry, hashed);
        }
        write();
      }
    }
  }

  private void importRecord(String namespace, SnapshotRecord entry, boolean hashed)
      throws IOException {
    Height version = Height.ofBytes(entry.getVersion());
    VersionedValue value = new VersionedValue(entry.getValue(), entry.getMetadata(), version);
    put(Table.STATE, StateKey.encode(namespace, entry.getKey()), value.encode());
    if (hashed) {
      CollectionName name = StateKey.collectionOf(namespace);
      long expiry = schedule(name, entry.getKey(), version.block());
      hashes.add(
          new PrivateStore.SnapshotHash(name, version, entry.getKey(), entry.getValue(), expiry));
    }
  }

  private long schedule(CollectionName name, ByteString keyHash, long block) {
    QueryExecutor definitions =
        new StateQueryExecutor(
            new DefinitionsView(new StoredState(db, null)), ReadRecorder.NONE, false, null);
    long expiry = blockToLive.expiry(name, block, definitions);
    if (expiry != BlockToLive.NEVER) {
      ExpirySchedule.put(batch, expiry, block, name, keyHash);
    }
    return expiry;
  }
}
