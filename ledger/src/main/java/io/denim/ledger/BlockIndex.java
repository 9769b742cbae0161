package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Finds blocks by number and hash and transactions by id; a part of a {@link Database}. The first
/// transaction that bears an id keeps it: a repetition is an invalid transaction, and what is asked
/// by id is the fate of the first (as fabric v3.1.5 common/ledger/blkstorage/blockindex.go
/// answers). Reads are safe for any thread.
final class BlockIndex {
  private static final byte LAST = 'l';
  private static final byte BASE = 'b';
  private static final byte NUMBER = 'n';
  private static final byte HASH = 'h';
  private static final byte TRANSACTION = 't';
  private static final int TRANSACTION_BYTES = Long.BYTES + Integer.BYTES + 1;
  private static final int CODE_MASK = 0xff;

  private final Database db;

  BlockIndex(Database db) {
    this.db = db;
  }

  /// The number of the last block in the index.
  Optional<Long> last() {
    byte[] value = db.get(Table.INDEX, new byte[] {LAST});
    return value == null ? Optional.empty() : Optional.of(ByteBuffer.wrap(value).getLong());
  }

  /// Where the chain begins, if it was made of a snapshot.
  Optional<SnapshotBase> base() {
    byte[] value = db.get(Table.INDEX, new byte[] {BASE});
    return value == null ? Optional.empty() : Optional.of(SnapshotBase.decode(value));
  }

  static void putBase(Database.Batch batch, SnapshotBase base) {
    batch.put(Table.INDEX, new byte[] {BASE}, base.encode());
  }

  /// The entry of a transaction that a snapshot only names: neither its place nor its verdict is
  /// known.
  static byte[] ofSnapshot(long lastBlock) {
    return ByteBuffer.allocate(TRANSACTION_BYTES)
        .putLong(lastBlock)
        .putInt(-1)
        .put((byte) TxValidationCode.NOT_VALIDATED.getNumber())
        .array();
  }

  Optional<BlockLocation> location(long number) {
    byte[] value = db.get(Table.INDEX, numberKey(number));
    return value == null ? Optional.empty() : Optional.of(BlockLocation.decode(value));
  }

  Optional<Long> numberOf(ByteString headerHash) {
    byte[] value = db.get(Table.INDEX, hashKey(headerHash));
    return value == null ? Optional.empty() : Optional.of(ByteBuffer.wrap(value).getLong());
  }

  Optional<Transaction> transaction(String txId) {
    byte[] value = db.get(Table.INDEX, transactionKey(txId));
    if (value == null) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    return Optional.of(
        new Transaction(
            buffer.getLong(),
            buffer.getInt(),
            TxValidationCode.forNumber(buffer.get() & CODE_MASK)));
  }

  /// Adds blocks to a batch.
  Adder adder(Database.Batch batch) {
    return new Adder(batch);
  }

  private static byte[] numberKey(long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(NUMBER).putLong(number).array();
  }

  private static byte[] hashKey(ByteString hash) {
    return ByteBuffer.allocate(1 + hash.size()).put(HASH).put(hash.asReadOnlyByteBuffer()).array();
  }

  /// Ids are ordered by length first, as in a Fabric peer's index, whose order snapshots have.
  static byte[] transactionKey(String txId) {
    byte[] id = txId.getBytes(StandardCharsets.UTF_8);
    byte[] key = new byte[1 + OrderedNumbers.MAX_LENGTH + id.length];
    key[0] = TRANSACTION;
    int at = OrderedNumbers.write(id.length, key, 1);
    System.arraycopy(id, 0, key, at, id.length);
    return Arrays.copyOf(key, at + id.length);
  }

  /// What the keys of all transactions begin with.
  static byte[] transactionPrefix() {
    return new byte[] {TRANSACTION};
  }

  /// The id in a transaction's key.
  static ByteString transactionId(byte[] key) {
    int start = 2 + key[1];
    return ByteString.copyFrom(key, start, key.length - start);
  }

  private static byte[] number(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  /// Where a transaction is, and its verdict.
  ///
  /// @param txNumber -1 if only a snapshot names it
  record Transaction(long block, int txNumber, TxValidationCode code) {}

  /// Collects the entries of consecutive blocks. Used by one thread.
  final class Adder {
    private final Database.Batch batch;
    private final Set<String> added = new HashSet<>();

    private Adder(Database.Batch batch) {
      this.batch = batch;
    }

    void addBlock(long number, ByteString headerHash, BlockLocation location) {
      batch.put(Table.INDEX, numberKey(number), location.encode());
      batch.put(Table.INDEX, hashKey(headerHash), number(number));
      batch.put(Table.INDEX, new byte[] {LAST}, number(number));
    }

    /// @param txIds one for each envelope; empty for what has none
    void addTransactions(long number, List<String> txIds, List<TxValidationCode> codes) {
      for (int i = 0; i < txIds.size(); i++) {
        String txId = txIds.get(i);
        if (!added.add(txId)) {
          continue;
        }
        byte[] key = transactionKey(txId);
        if (db.get(Table.INDEX, key) == null) {
          ByteBuffer value = ByteBuffer.allocate(TRANSACTION_BYTES);
          value.putLong(number).putInt(i).put((byte) codes.get(i).getNumber());
          batch.put(Table.INDEX, key, value.array());
        }
      }
    }
  }
}
