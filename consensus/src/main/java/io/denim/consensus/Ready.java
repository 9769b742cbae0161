package io.denim.consensus;

import java.util.List;
import java.util.Optional;

/// What a node wants done: send the messages, at any time; store the snapshot, the entries and the
/// hard state, with one sync if asked for; only then send the replies, and apply the snapshot and
/// the committed entries; then call {@link RaftNode#advance}.
///
/// @param hardState where it changed
/// @param snapshot received from the leader, replacing the whole log
/// @param entries to store; they replace whatever is stored from the first one's index on
/// @param committed to apply, in order
/// @param messages promise nothing that is not stored yet
/// @param replies promise what is to be stored
/// @param mustSync whether what is stored must be safe before the replies leave
public record Ready(
    Optional<HardState> hardState,
    Optional<Snapshot> snapshot,
    List<Entry> entries,
    List<Entry> committed,
    List<Message> messages,
    List<Message> replies,
    boolean mustSync) {
  public Ready {
    entries = List.copyOf(entries);
    committed = List.copyOf(committed);
    messages = List.copyOf(messages);
    replies = List.copyOf(replies);
  }
}
