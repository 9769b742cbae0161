package io.denim.order.etcdraft;

import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import io.denim.consensus.Snapshot;
import java.util.List;
import java.util.Optional;

/// Where a Raft node keeps what it must not forget. Owned by the chain's thread; every failure to
/// read or write is an unchecked I/O exception that names the place.
interface RaftStorage extends AutoCloseable {
  /// What was there when it was opened.
  ///
  /// @param fresh whether there was nothing
  record Stored(
      boolean fresh, Optional<Snapshot> snapshot, HardState hardState, List<Entry> entries) {
    public Stored {
      entries = List.copyOf(entries);
    }
  }

  Stored stored();

  /// Appends what a node wants stored; entries replace those from the first one's index on.
  ///
  /// @param sync whether it must be safe when this returns
  void append(List<Entry> entries, Optional<HardState> hardState, boolean sync);

  /// Replaces everything by a snapshot, the state and the entries that are still needed.
  void replace(Snapshot snapshot, HardState hardState, List<Entry> entries);

  @Override
  void close();
}
