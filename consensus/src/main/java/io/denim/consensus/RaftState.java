package io.denim.consensus;

import java.util.List;
import java.util.Optional;

/// What a node found on its disk: a snapshot, the entries after it and the hard state.
///
/// @param entries without gaps; the first one follows the snapshot, or is older
/// @param applied the last index that the owner has applied; at least the snapshot's
/// @param confState who voted at the applied index
public record RaftState(
    Optional<Snapshot> snapshot,
    HardState hardState,
    List<Entry> entries,
    long applied,
    ConfState confState) {
  public RaftState {
    entries = List.copyOf(entries);
  }

  /// A node that was never started.
  public static final RaftState NEW =
      new RaftState(Optional.empty(), HardState.EMPTY, List.of(), 0, ConfState.EMPTY);
}
