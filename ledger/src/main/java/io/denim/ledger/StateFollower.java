package io.denim.ledger;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/// Follows the world state in order to answer JSON queries. Told under the ledger's commit lock;
/// queries are made by any thread.
interface StateFollower extends AutoCloseable {
  /// There are no JSON queries.
  StateFollower NONE =
      new StateFollower() {
        @Override
        public void write(
            Database.Batch batch,
            String space,
            ByteString key,
            StateReader before,
            VersionedValue changed) {}

        @Override
        public void opened(@Nullable Height last) {}

        @Override
        public void committed(Height last) {}

        @Override
        public void deploy(ChaincodeIndexes indexes) {}

        @Override
        public JsonQueries queries(Database db, Database.Snapshot snapshot) {
          return JsonQueries.NONE;
        }

        @Override
        public void close() {}
      };

  /// Why the state cannot hold a value, in Fabric's words; absent if it can.
  ///
  /// @param value empty for a deletion
  default @Nullable String refusal(ByteString key, ByteString value) {
    return null;
  }

  /// Adds to a batch what follows from a change that it makes.
  ///
  /// @param before the state without the batch
  void write(
      Database.Batch batch,
      String space,
      ByteString key,
      StateReader before,
      VersionedValue changed);

  /// The ledger is open.
  ///
  /// @param last the last transaction of the last block; absent where there is no block yet
  void opened(@Nullable Height last);

  /// The batch is in the database.
  ///
  /// @param last the last transaction of the last block
  void committed(Height last);

  /// Makes a chaincode's indexes, where they are not there yet.
  void deploy(ChaincodeIndexes indexes);

  /// Queries of the state at a snapshot, or of a later one.
  JsonQueries queries(Database db, Database.Snapshot snapshot);

  @Override
  void close();
}
