package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet.NsRwSet;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;

/// Which transactions wrote a key, newest first; what they wrote is read from the blocks (fabric
/// v3.1.5 core/ledger/kvledger/history). Reads are safe for any thread.
final class History {
  private final Database db;
  private final BlockReader blocks;

  History(Database db, BlockReader blocks) {
    this.db = db;
    this.blocks = blocks;
  }

  /// Adds a valid transaction's public writes to a batch.
  static void add(Database.Batch batch, TxRwSet rwSet, Height height) {
    for (NsRwSet namespace : rwSet.namespaces()) {
      for (KVWrite write : namespace.kvRwSet().getWritesList()) {
        byte[] key =
            prefix(namespace.namespace(), write.getKeyBytes())
                .number(height.block())
                .number(height.tx())
                .build();
        batch.put(Table.HISTORY, key, new byte[0]);
      }
    }
  }

  private static DatabaseKey prefix(String namespace, ByteString key) {
    byte[] length = ByteBuffer.allocate(Integer.BYTES).putInt(key.size()).array();
    return new DatabaseKey().text(namespace).bytes(ByteString.copyFrom(length)).bytes(key);
  }

  QueryExecutor.Results<KeyModification> of(
      String namespace, String key, Database.Snapshot snapshot) {
    ByteString name = ByteString.copyFromUtf8(key);
    byte[] prefix = prefix(namespace, name).build();
    byte[] last = prefix(namespace, name).number(-1L).number(-1L).build();
    Database.Cursor cursor = db.cursor(Table.HISTORY, prefix, snapshot);
    cursor.seekBefore(last);
    return new Newest(namespace, name, prefix, cursor);
  }

  private final class Newest implements QueryExecutor.Results<KeyModification> {
    private final String namespace;
    private final ByteString key;
    private final byte[] prefix;
    private final Database.Cursor cursor;

    Newest(String namespace, ByteString key, byte[] prefix, Database.Cursor cursor) {
      this.namespace = namespace;
      this.key = key;
      this.prefix = prefix;
      this.cursor = cursor;
    }

    @Override
    public Optional<KeyModification> next() throws SimulationException {
      byte[] entry = cursor.key();
      if (entry == null || !DatabaseKey.startsWith(entry, prefix)) {
        return Optional.empty();
      }
      cursor.previous();
      ByteBuffer place = ByteBuffer.wrap(entry, prefix.length, entry.length - prefix.length);
      return Optional.of(read(place.getLong(), place.getLong()));
    }

    private KeyModification read(long blockNumber, long txNumber) throws SimulationException {
      Block block =
          blocks
              .blockByNumber(blockNumber)
              .orElseThrow(() ->
                  new SimulationException(
                      "block [%d] of a key's history is not in the block files"
                          .formatted(blockNumber)));
      StoredTransaction transaction =
          StoredTransaction.parse(block.getData().getData((int) txNumber))
              .orElseThrow(() ->
                  new SimulationException(
                      "transaction [%d] of block [%d] cannot be read"
                          .formatted(txNumber, blockNumber)));
      return transaction
          .modification(namespace, key)
          .orElseThrow(() ->
              new SimulationException(
                  "no namespace or key is found for namespace %s and key %s with decoded blockNum %d and tranNum %d"
                      .formatted(namespace, key.toStringUtf8(), blockNumber, txNumber)));
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
