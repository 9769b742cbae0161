package io.denim.consensus;

import java.util.ArrayDeque;
import java.util.Queue;

/// What a leader knows of one node's log, and how it sends to it (etcd raft v3 tracker/progress.go,
/// inflights.go). Used by the node's thread.
final class Progress {
  /// How entries are sent.
  enum Mode {
    /// One message at a time, until it is known where the logs match.
    PROBE,
    /// As many as the window allows, without waiting for answers.
    REPLICATE,
    /// Nothing, while the follower takes in a snapshot.
    SNAPSHOT
  }

  private final int window;
  private final Queue<Long> inflight = new ArrayDeque<>();
  private Mode mode = Mode.PROBE;
  private long match;
  private long next;
  private long pendingSnapshot;
  private long sentCommit;
  private boolean recentlyActive;
  private boolean paused;

  Progress(long match, long next, int window) {
    this.match = match;
    this.next = next;
    this.window = window;
  }

  Mode mode() {
    return mode;
  }

  long match() {
    return match;
  }

  long next() {
    return next;
  }

  boolean isRecentlyActive() {
    return recentlyActive;
  }

  void active(boolean active) {
    recentlyActive = active;
  }

  boolean isPaused() {
    return mode == Mode.SNAPSHOT || paused;
  }

  boolean isWindowFull() {
    return inflight.size() >= window;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
  }

  void becomeProbe() {
    long first = mode == Mode.SNAPSHOT ? Math.max(match, pendingSnapshot) + 1 : match + 1;
    reset(Mode.PROBE);
    next = first;
    sentCommit = Math.min(sentCommit, next - 1);
  }

  void becomeReplicate() {
    reset(Mode.REPLICATE);
    next = match + 1;
  }

  void becomeSnapshot(long index) {
    reset(Mode.SNAPSHOT);
    pendingSnapshot = index;
    next = index + 1;
    sentCommit = index;
  }

  /// The snapshot did not arrive.
  void snapshotFailed() {
    pendingSnapshot = 0;
    becomeProbe();
  }

  /// A message with this many entries, from {@link #next} on, was sent.
  void sent(int entries) {
    if (mode == Mode.REPLICATE) {
      if (entries > 0) {
        next += entries;
        inflight.add(next - 1);
      }
      paused = isWindowFull();
    } else if (entries > 0) {
      paused = true;
    }
  }

  void sentCommit(long commit) {
    sentCommit = commit;
  }

  /// Whether a message would tell the node of a commit that it has not been told of.
  boolean canTellCommit(long commit) {
    return commit > sentCommit && sentCommit < next - 1;
  }

  /// The node acknowledged up to this index.
  ///
  /// @return whether that is news
  boolean acknowledged(long index) {
    if (index <= match) {
      return false;
    }
    match = index;
    next = Math.max(next, index + 1);
    paused = false;
    return true;
  }

  void freeWindow(long upTo) {
    Long first = inflight.peek();
    while (first != null && first <= upTo) {
      inflight.remove();
      first = inflight.peek();
    }
  }

  /// The node rejected what followed an index.
  ///
  /// @param hint the last index at which the logs may match
  /// @return whether that is news
  boolean rejected(long index, long hint) {
    if (mode == Mode.REPLICATE) {
      if (index <= match) {
        return false;
      }
      next = match + 1;
    } else {
      if (next - 1 != index) {
        return false;
      }
      next = Math.max(Math.min(index, hint + 1), match + 1);
      paused = false;
    }
    sentCommit = Math.min(sentCommit, next - 1);
    return true;
  }

  private void reset(Mode to) {
    mode = to;
    paused = false;
    pendingSnapshot = 0;
    inflight.clear();
  }
}
