package io.denim.ledger;

import java.util.List;

/// Consecutive blocks that are stored with a single wait for the disk, though each is worked
/// through at once: what it leaves can be read, so that the next one can be validated against it.
/// Used by one thread, which holds up all other commits until it closes the group.
public interface CommitGroup extends AutoCloseable {
  /// Reads the state that the blocks added so far leave; to be closed before the next one is added.
  QueryExecutor queryExecutor();

  /// Whether a transaction of the chain or of an added block bears the id.
  boolean transactionExists(String txId);

  /// Finds the next block's conflicting reads and works out its effect.
  ///
  /// @throws LedgerException if it is not the next block
  void add(CommitBlock block);

  /// Whether the group has to be committed before another block is added, because a snapshot of the
  /// ledger at this height is asked for.
  boolean mustEnd();

  /// Stores the added blocks. On return they are on disk and their state is to be seen; nothing can
  /// be added any more.
  ///
  /// @throws LedgerException if they cannot be stored
  List<CommittedBlock> commit();

  /// Forgets what is not committed.
  @Override
  void close();
}
