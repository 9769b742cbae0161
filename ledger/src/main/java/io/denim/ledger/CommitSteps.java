package io.denim.ledger;

/// Follows a ledger through the steps of its commits, on the committing thread. A node has nobody
/// follow; crash tests end the process where they like, and note what was synced by then.
@FunctionalInterface
public interface CommitSteps {
  /// Nobody follows.
  CommitSteps UNWATCHED = step -> {};

  /// What has just been done, in the order of a group of blocks.
  enum Step {
    /// Clear private data is in its database's log.
    PRIVATE_STORED,
    /// That log is on disk, where a group brings such data.
    PRIVATE_SYNCED,
    /// The blocks are in their file, perhaps not yet on disk.
    BLOCKS_WRITTEN,
    /// The blocks are on disk.
    BLOCKS_SYNCED,
    /// What follows from the blocks is in the databases' memory.
    STATE_WRITTEN,
    /// Readers see the blocks.
    SHOWN,
    /// Private data that expired will be deleted next, with each hundredth block.
    EXPIRING
  }

  void reached(Step step);
}
