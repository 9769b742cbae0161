package io.denim.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/// How databases are opened, and the native objects that must outlive them. Memory for each
/// database: a cache of 32 MiB and, where much is written, two buffers of 16 MiB for each table.
final class DatabaseOptions implements AutoCloseable {
  private static final long WRITE_BUFFER = 16L << 20;
  private static final long CACHE = 32L << 20;
  private static final int BLOOM_BITS = 10;
  private static final int MAX_OPEN_FILES = 512;

  static {
    RocksDB.loadLibrary();
  }

  private final LRUCache cache = new LRUCache(CACHE);
  private final BloomFilter bloom = new BloomFilter(BLOOM_BITS);
  private final ColumnFamilyOptions family =
      new ColumnFamilyOptions()
          .setWriteBufferSize(WRITE_BUFFER)
          .setCompressionType(CompressionType.LZ4_COMPRESSION)
          .setTableFormatConfig(
              new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(bloom));
  private final DBOptions db =
      new DBOptions()
          .setCreateIfMissing(true)
          .setCreateMissingColumnFamilies(true)
          .setAtomicFlush(true)
          .setKeepLogFileNum(2)
          .setMaxOpenFiles(MAX_OPEN_FILES);

  private DatabaseOptions() {}

  static Database open(Path directory, Set<Table> tables) {
    DatabaseOptions options = new DatabaseOptions();
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.family));
    List<Table> order = List.copyOf(tables);
    for (Table table : order) {
      byte[] name = table.columnFamily().getBytes(StandardCharsets.UTF_8);
      descriptors.add(new ColumnFamilyDescriptor(name, options.family));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      Files.createDirectories(directory);
      RocksDB db = RocksDB.open(options.db, directory.toString(), descriptors, handles);
      handles.getFirst().close();
      Map<Table, ColumnFamilyHandle> byTable = new EnumMap<>(Table.class);
      for (int i = 0; i < order.size(); i++) {
        byTable.put(order.get(i), handles.get(i + 1));
      }
      return new Database(directory.toString(), db, byTable, options);
    } catch (IOException | RocksDBException e) {
      options.close();
      throw new LedgerException("cannot open the database " + directory + ": " + e, e);
    }
  }

  @Override
  public void close() {
    db.close();
    family.close();
    bloom.close();
    cache.close();
  }
}
