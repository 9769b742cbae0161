package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;

/// Private write sets of transactions that were endorsed but are not committed yet (fabric v3.1.5
/// core/transientstore). One for each channel. Safe for use by any thread.
///
/// What is staged survives the end of the process, but is not waited for to be on disk: it can be
/// had from other endorsers.
public final class TransientStore implements AutoCloseable {
  private final Database db;
  private final AtomicLong sequence = new AtomicLong();

  private TransientStore(Database db) {
    this.db = db;
  }

  /// Opens a channel's store, which is made if it is missing.
  public static TransientStore open(Path directory) {
    TransientStore store =
        new TransientStore(
            Database.open(directory, EnumSet.of(Table.STAGED, Table.STAGED_HEIGHTS)));
    store.sequence.set(store.lastSequence() + 1);
    return store;
  }

  private long lastSequence() {
    long last = 0;
    try (Database.Cursor cursor = db.cursor(Table.STAGED_HEIGHTS, new byte[0])) {
      for (byte[] key = cursor.key(); key != null; key = cursor.key()) {
        last = Math.max(last, HeightKey.decode(key).sequence());
        cursor.next();
      }
    }
    return last;
  }

  /// Keeps what one endorser's simulation wrote; several may be kept for one transaction.
  ///
  /// @param blockHeight the height at which it came
  public void persist(String txId, long blockHeight, TxPvtReadWriteSetWithConfigInfo results) {
    HeightKey key = new HeightKey(blockHeight, sequence.getAndIncrement(), txId);
    try (Database.Batch batch = db.batch()) {
      batch.put(Table.STAGED, key.byTransaction(), results.toByteArray());
      batch.put(Table.STAGED_HEIGHTS, key.byHeight(), new byte[0]);
      batch.writeLogged();
    }
  }

  /// All that is kept for a transaction, in the order in which it came.
  public List<Staged> byTxId(String txId) {
    List<Staged> staged = new ArrayList<>();
    byte[] prefix = new DatabaseKey().text(txId).build();
    try (Database.Cursor cursor = db.cursor(Table.STAGED, prefix)) {
      for (byte[] key = cursor.key();
          key != null && DatabaseKey.startsWith(key, prefix);
          key = cursor.key()) {
        staged.add(new Staged(HeightKey.ofTransaction(key).height(), parse(cursor.value())));
        cursor.next();
      }
    }
    return staged;
  }

  private static TxPvtReadWriteSetWithConfigInfo parse(byte[] bytes) {
    try {
      return TxPvtReadWriteSetWithConfigInfo.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new LedgerException("the transient store holds a set that cannot be read", e);
    }
  }

  /// Drops what is kept for these transactions.
  public void purgeByTxIds(Set<String> txIds) {
    try (Database.Batch batch = db.batch()) {
      boolean found = false;
      for (String txId : txIds) {
        found |= drop(batch, txId);
      }
      if (found) {
        batch.writeLogged();
      }
    }
  }

  private boolean drop(Database.Batch batch, String txId) {
    boolean found = false;
    byte[] prefix = new DatabaseKey().text(txId).build();
    try (Database.Cursor cursor = db.cursor(Table.STAGED, prefix)) {
      for (byte[] key = cursor.key();
          key != null && DatabaseKey.startsWith(key, prefix);
          key = cursor.key()) {
        batch.delete(Table.STAGED, key);
        batch.delete(Table.STAGED_HEIGHTS, HeightKey.ofTransaction(key).byHeight());
        found = true;
        cursor.next();
      }
    }
    return found;
  }

  /// Drops what came before a height.
  public void purgeBelowHeight(long blockHeight) {
    try (Database.Cursor cursor = db.cursor(Table.STAGED_HEIGHTS, new byte[0]);
        Database.Batch batch = db.batch()) {
      for (byte[] key = cursor.key(); key != null; key = cursor.key()) {
        HeightKey staged = HeightKey.decode(key);
        if (Long.compareUnsigned(staged.height(), blockHeight) >= 0) {
          break;
        }
        batch.delete(Table.STAGED, staged.byTransaction());
        batch.delete(Table.STAGED_HEIGHTS, key);
        cursor.next();
      }
      batch.writeLogged();
    }
  }

  @Override
  public void close() {
    db.close();
  }

  /// A staged write set.
  public record Staged(long receivedAtBlockHeight, TxPvtReadWriteSetWithConfigInfo results) {}

  private record HeightKey(long height, long sequence, String txId) {
    byte[] byHeight() {
      return new DatabaseKey()
          .number(height)
          .number(sequence)
          .bytes(ByteString.copyFromUtf8(txId))
          .build();
    }

    byte[] byTransaction() {
      return new DatabaseKey().text(txId).number(height).number(sequence).build();
    }

    static HeightKey decode(byte[] key) {
      DatabaseKey.Parts parts = new DatabaseKey.Parts(key);
      return new HeightKey(parts.number(), parts.number(), parts.rest().toStringUtf8());
    }

    static HeightKey ofTransaction(byte[] key) {
      DatabaseKey.Parts parts = new DatabaseKey.Parts(key);
      String txId = parts.text();
      return new HeightKey(parts.number(), parts.number(), txId);
    }
  }
}
