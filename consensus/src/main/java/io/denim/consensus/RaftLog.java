package io.denim.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A node's log: what it keeps of it in memory, how far it is stored, committed and applied (etcd
/// raft v3 log.go, log_unstable.go). Used by the node's thread.
final class RaftLog {
  /// What {@link #term} says where it does not know.
  static final long UNKNOWN = -1;

  private List<Entry> entries = new ArrayList<>();
  private long compactedIndex; // the entry before the first one kept, and its term
  private long compactedTerm;
  private @Nullable Snapshot snapshot;
  private boolean snapshotUnstored;
  private long stored;
  private long committed;
  private long applied;

  RaftLog(RaftState state) {
    state
        .snapshot()
        .ifPresent(given -> {
          snapshot = given;
          compactedIndex = given.index();
          compactedTerm = given.term();
        });
    for (Entry entry : state.entries()) {
      if (entry.index() > compactedIndex) {
        if (entry.index() != lastIndex() + 1) {
          throw new IllegalArgumentException(
              "the stored log has entry "
                  + entry.index()
                  + " after entry "
                  + lastIndex()
                  + "; what is between them is lost");
        }
        entries.add(entry);
      }
    }
    stored = lastIndex();
    committed = Math.max(compactedIndex, state.hardState().commit());
    if (committed > lastIndex()) {
      throw new IllegalArgumentException(
          "entry "
              + committed
              + " was committed, but the stored log ends with entry "
              + lastIndex());
    }
    applied = Math.max(compactedIndex, Math.min(state.applied(), committed));
  }

  long firstIndex() {
    return compactedIndex + 1;
  }

  long lastIndex() {
    return compactedIndex + entries.size();
  }

  long lastTerm() {
    return entries.isEmpty() ? compactedTerm : entries.getLast().term();
  }

  long committed() {
    return committed;
  }

  long applied() {
    return applied;
  }

  Optional<Snapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  /// The snapshot that was received and is not stored yet.
  Optional<Snapshot> unstoredSnapshot() {
    return snapshotUnstored ? snapshot() : Optional.empty();
  }

  long term(long index) {
    if (index == compactedIndex) {
      return compactedTerm;
    }
    return index < compactedIndex || index > lastIndex() ? UNKNOWN : at(index).term();
  }

  boolean matches(long index, long term) {
    return term(index) == term;
  }

  /// Whether a candidate with this last entry knows at least what this log knows.
  boolean isUpToDate(long index, long term) {
    return term > lastTerm() || (term == lastTerm() && index >= lastIndex());
  }

  /// Appends a leader's entries, replacing those that contradict them.
  ///
  /// @return the last index that now matches the leader's; {@link #UNKNOWN} if the previous entry
  ///   does not match
  long appendAfter(long previousIndex, long previousTerm, List<Entry> added, long leaderCommit) {
    if (!matches(previousIndex, previousTerm)) {
      return UNKNOWN;
    }
    int conflict = 0;
    while (conflict < added.size()
        && matches(added.get(conflict).index(), added.get(conflict).term())) {
      conflict++;
    }
    if (conflict < added.size()) {
      append(added.subList(conflict, added.size()));
    }
    long last = previousIndex + added.size();
    commitTo(Math.min(leaderCommit, last));
    return last;
  }

  /// Appends entries whose first may replace the rest of the log.
  void append(List<Entry> added) {
    long from = added.getFirst().index();
    if (from <= committed) {
      throw new IllegalStateException(
          "entry " + from + " conflicts with committed entry; committed to " + committed);
    }
    if (from > lastIndex() + 1) {
      throw new IllegalStateException("entry " + from + " leaves a gap after entry " + lastIndex());
    }
    int kept = (int) (from - firstIndex());
    entries.subList(kept, entries.size()).clear();
    entries.addAll(added);
    stored = Math.min(stored, from - 1);
  }

  /// The last entry at or before this index whose term is not above this term.
  Message.Rejection lastNotAbove(long index, long term) {
    for (long i = index; i > 0; i--) {
      long own = term(i);
      if (own == UNKNOWN) {
        return new Message.Rejection(i, 0);
      }
      if (own <= term) {
        return new Message.Rejection(i, own);
      }
    }
    return new Message.Rejection(0, 0);
  }

  void commitTo(long index) {
    if (index <= committed) {
      return;
    }
    if (index > lastIndex()) {
      throw new IllegalStateException(
          "entry "
              + index
              + " is said to be committed, but the log ends with entry "
              + lastIndex()
              + ". Was the raft log corrupted, truncated, or lost?");
    }
    committed = index;
  }

  /// Entries from an index on, at least one if there is any, else within the size.
  List<Entry> from(long index, long maxBytes) {
    return slice(index, lastIndex(), maxBytes);
  }

  List<Entry> unstored() {
    return stored == lastIndex() ? List.of() : slice(stored + 1, lastIndex(), Long.MAX_VALUE);
  }

  List<Entry> nextCommitted(long maxBytes) {
    return snapshotUnstored || applied >= committed
        ? List.of()
        : slice(applied + 1, committed, maxBytes);
  }

  boolean hasUnappliedConfChange() {
    for (long i = applied + 1; i <= committed; i++) {
      if (at(i).isConfChange()) {
        return true;
      }
    }
    return false;
  }

  void storedTo(long index) {
    stored = Math.max(stored, Math.min(index, lastIndex()));
  }

  void snapshotStored() {
    snapshotUnstored = false;
    applied = Math.max(applied, compactedIndex);
  }

  void appliedTo(long index) {
    if (index > committed || index < applied) {
      throw new IllegalStateException(
          "entry " + index + " cannot be applied: applied " + applied + ", committed " + committed);
    }
    applied = index;
  }

  /// Replaces the whole log by a snapshot of the leader.
  void restore(Snapshot given) {
    snapshot = given;
    snapshotUnstored = true;
    entries = new ArrayList<>();
    compactedIndex = given.index();
    compactedTerm = given.term();
    stored = given.index();
    committed = given.index();
  }

  /// Keeps a snapshot for followers that fall behind, and forgets entries up to an index.
  void compact(Snapshot made, long upTo) {
    snapshot = made;
    if (upTo <= compactedIndex) {
      return;
    }
    if (upTo > Math.min(applied, stored)) {
      throw new IllegalArgumentException(
          "cannot forget entries up to " + upTo + ": stored " + stored + ", applied " + applied);
    }
    long term = at(upTo).term();
    entries = new ArrayList<>(entries.subList((int) (upTo - compactedIndex), entries.size()));
    compactedIndex = upTo;
    compactedTerm = term;
  }

  private Entry at(long index) {
    return entries.get((int) (index - firstIndex()));
  }

  private List<Entry> slice(long first, long last, long maxBytes) {
    if (first > last) {
      return List.of();
    }
    long bytes = at(first).size();
    long end = first;
    while (end < last && bytes + at(end + 1).size() <= maxBytes) {
      end++;
      bytes += at(end).size();
    }
    return List.copyOf(
        entries.subList((int) (first - firstIndex()), (int) (end - firstIndex()) + 1));
  }
}
