package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.ProcessedTransaction;

/// A channel's ledger on a peer: its blocks and the state that follows from them (fabric v3.1.5
/// core/ledger/ledger_interface.go). Reads are safe for any thread and never wait for commits; one
/// thread at a time commits.
public interface PeerLedger extends BlockReader, AutoCloseable {
  String channelId();

  /// The block with the first transaction that bears the id.
  Optional<Block> blockByTxId(String txId);

  /// The first transaction that bears the id, with its verdict.
  Optional<ProcessedTransaction> transactionById(String txId);

  /// The verdict on the first transaction that bears the id; empty if none does, so this also tells
  /// whether an id is used.
  Optional<TransactionStatus> transactionStatus(String txId);

  /// The commit hash of the last block; empty where there is none.
  ByteString commitHash();

  /// How many blocks the ledger had before a reset or rollback, until it has as many again. What it
  /// holds meanwhile is of the past, so nobody should endorse on it.
  Optional<Long> heightBeforeReset();

  /// Reads at the present height. To be closed.
  QueryExecutor queryExecutor();

  /// A simulation at the present height. To be closed.
  TransactionSimulator simulator(String txId);

  /// Commits the next block: finds conflicting reads, stores the block and what follows from it. On
  /// return the block is on disk and its state is to be seen.
  ///
  /// @throws LedgerException if it cannot be stored, or is not the next block
  default CommittedBlock commit(CommitBlock block) {
    return commit(List.of(block)).getFirst();
  }

  /// Commits consecutive blocks with a single wait for the disk.
  ///
  /// @throws LedgerException if they cannot be stored, or are not the next blocks
  List<CommittedBlock> commit(List<CommitBlock> blocks);

  /// Begins a group of blocks that are validated one against the other; waits for other commits.
  CommitGroup beginGroup();

  /// Makes the indexes of a chaincode that are not there yet; waits for other commits.
  void deployIndexes(ChaincodeIndexes indexes);

  /// The clear private data held for a block, without expired and purged data, by transaction.
  List<TxPvtData> privateData(long blockNumber, Predicate<CollectionName> filter);

  /// The clear private data of a block that is not committed yet and that the ledger holds all the
  /// same, as it outlives a reset and a crash; by transaction.
  List<TxPvtData> keptPrivateData(long blockNumber);

  /// The explicit collections that a chaincode had before a block: those of its last definition in
  /// an earlier one (fabric v3.1.5 core/ledger/confighistory).
  Optional<CollectionConfigPackage> collectionsBelow(String chaincode, long blockNumber);

  /// Private data that this node lacks, from the newest block on down.
  ///
  /// @param below only of blocks with smaller numbers; -1 for all
  /// @param maxBlocks from how many blocks at the most
  /// @param wanted tells of which collections
  List<MissingInBlock> missingPrivateData(
      long below, int maxBlocks, Predicate<CollectionName> wanted);

  /// Takes private data of committed blocks that was missing. What does not match the hashes in its
  /// block, or in the snapshot that the ledger was made of, is left out and told; keys that have
  /// been purged since need not be there.
  ///
  /// @return what was refused
  List<MissingInBlock> commitMissing(List<BlockOfPrivateData> data);

  /// Asks for a snapshot of the ledger right after a block.
  ///
  /// @param blockNumber 0 for the last block
  /// @return in Fabric's words, why there will be none; empty if there will
  Optional<String> requestSnapshot(long blockNumber);

  /// Takes a request back.
  ///
  /// @return in Fabric's words, why it stays; empty if it is gone
  Optional<String> cancelSnapshot(long blockNumber);

  /// The blocks at which snapshots are asked for or being made.
  List<Long> pendingSnapshots();

  @Override
  void close();

  /// Private data missing in one block.
  record MissingInBlock(long blockNumber, int txNumber, CollectionName collection) {}

  /// Private data of one committed block that was missing.
  record BlockOfPrivateData(long blockNumber, List<TxPvtData> transactions) {
    public BlockOfPrivateData {
      transactions = List.copyOf(transactions);
    }
  }
}
