package io.denim.ledger;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// A RocksDB of one channel with one column family for each {@link Table} asked for. Safe for use
/// by any thread; closing waits for calls under way, and what is asked afterwards fails with a
/// {@link LedgerException} where the native library would crash.
///
/// Column families are flushed together, so what is on disk is always the effect of a whole number
/// of batches.
final class Database implements AutoCloseable {
  private final String name;
  private final RocksDB db;
  private final Map<Table, ColumnFamilyHandle> tables;
  private final DatabaseOptions options;
  private final WriteOptions logged = new WriteOptions();
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Set<AutoCloseable> readers = ConcurrentHashMap.newKeySet();
  private boolean closed;

  Database(
      String name, RocksDB db, Map<Table, ColumnFamilyHandle> tables, DatabaseOptions options) {
    this.name = name;
    this.db = db;
    this.tables = tables;
    this.options = options;
  }

  /// Opens a database, which is made if it is missing.
  static Database open(Path directory, Set<Table> tables) {
    return DatabaseOptions.open(directory, tables);
  }

  byte @Nullable [] get(Table table, byte[] key) {
    return inside(() -> db.get(handle(table), key));
  }

  byte @Nullable [] get(Table table, byte[] key, Snapshot snapshot) {
    return inside(() -> db.get(handle(table), snapshot.reads, key));
  }

  Batch batch() {
    return new Batch();
  }

  /// Begins to write to disk what is only in memory yet, and waits for it if asked.
  void flush(boolean wait) {
    inside(() -> {
      flushTables(wait);
      return true;
    });
  }

  private void flushTables(boolean wait) throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(wait).setAllowWriteStall(wait)) {
      db.flush(flush, new ArrayList<>(tables.values()));
    }
  }

  /// Waits until all that was written to the log is on disk.
  void sync() {
    inside(() -> {
      db.syncWal();
      return true;
    });
  }

  /// A view that later writes do not change; to be closed.
  Snapshot snapshot() {
    return inside(Snapshot::new);
  }

  /// Keys in order from a key on; to be closed.
  Cursor cursor(Table table, byte[] from) {
    return inside(() -> new Cursor(db.newIterator(handle(table)), from));
  }

  /// Keys in order from a key on, as of a snapshot; to be closed.
  Cursor cursor(Table table, byte[] from, Snapshot snapshot) {
    return inside(() -> new Cursor(db.newIterator(handle(table), snapshot.reads), from));
  }

  private ColumnFamilyHandle handle(Table table) {
    ColumnFamilyHandle handle = tables.get(table);
    if (handle == null) {
      throw new IllegalStateException("the database " + name + " has no table " + table);
    }
    return handle;
  }

  private <T extends @Nullable Object> T inside(Operation<T> operation) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new LedgerException("the database " + name + " is closed");
      }
      return operation.run();
    } catch (RocksDBException e) {
      throw new LedgerException("the database " + name + " failed: " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      for (AutoCloseable reader : List.copyOf(readers)) {
        release(reader);
      }
      closed = true;
      flushTables(true);
    } catch (RocksDBException e) {
      throw new LedgerException("the database " + name + " cannot be flushed: " + e, e);
    } finally {
      tables.values().forEach(ColumnFamilyHandle::close);
      db.close();
      logged.close();
      unlogged.close();
      options.close();
      lock.writeLock().unlock();
    }
  }

  private static void release(AutoCloseable reader) {
    try {
      reader.close();
    } catch (Exception e) {
      throw new LedgerException("a database reader cannot be closed", e);
    }
  }

  /// Runs unless the database is closed already, which released everything.
  private void ifOpen(Runnable release) {
    lock.readLock().lock();
    try {
      if (!closed) {
        release.run();
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  private interface Operation<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }

  /// Writes that take effect together. Used by one thread.
  final class Batch implements AutoCloseable {
    private final WriteBatch batch = new WriteBatch();

    void put(Table table, byte[] key, byte[] value) {
      inside(() -> {
        batch.put(handle(table), key, value);
        return true;
      });
    }

    void delete(Table table, byte[] key) {
      inside(() -> {
        batch.delete(handle(table), key);
        return true;
      });
    }

    /// Deletes the keys from one (inclusive) to another (exclusive).
    void deleteRange(Table table, byte[] from, byte[] to) {
      inside(() -> {
        batch.deleteRange(handle(table), from, to);
        return true;
      });
    }

    /// Writes to the log, which {@link #sync} makes durable.
    void writeLogged() {
      write(logged);
    }

    /// Writes in a way that a crash may undo, together with all later ones.
    void writeUnlogged() {
      write(unlogged);
    }

    private void write(WriteOptions how) {
      inside(() -> {
        db.write(how, batch);
        return true;
      });
    }

    @Override
    public void close() {
      batch.close();
    }
  }

  /// A view of the database at one moment.
  final class Snapshot implements AutoCloseable {
    private final org.rocksdb.Snapshot taken = db.getSnapshot();
    private final ReadOptions reads = new ReadOptions().setSnapshot(taken);

    private Snapshot() {
      readers.add(this);
    }

    @Override
    public void close() {
      ifOpen(() -> {
        if (readers.remove(this)) {
          reads.close();
          db.releaseSnapshot(taken);
        }
      });
    }
  }

  /// A walk over keys in order. Used by one thread, but any may close the database meanwhile.
  final class Cursor implements AutoCloseable {
    private final RocksIterator iterator;

    private Cursor(RocksIterator iterator, byte[] from) throws RocksDBException {
      this.iterator = iterator;
      iterator.seek(from);
      iterator.status();
      readers.add(this);
    }

    /// The key at the cursor; absent behind the last one.
    byte @Nullable [] key() {
      return inside(() -> readers.contains(this) && iterator.isValid() ? iterator.key() : null);
    }

    byte[] value() {
      return inside(iterator::value);
    }

    void next() {
      inside(() -> {
        iterator.next();
        iterator.status();
        return true;
      });
    }

    /// Moves to the last key that is not greater than this one.
    void seekBefore(byte[] key) {
      inside(() -> {
        iterator.seekForPrev(key);
        iterator.status();
        return true;
      });
    }

    void previous() {
      inside(() -> {
        iterator.prev();
        iterator.status();
        return true;
      });
    }

    @Override
    public void close() {
      ifOpen(() -> {
        if (readers.remove(this)) {
          iterator.close();
        }
      });
    }
  }
}
