package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.Set;

/// The election of one peer of an organization that takes a channel's blocks from the orderers: the
/// one with the lowest PKI-ID of those that see each other. Where a network is cut each part has a
/// leader; once it is whole again the lowest goes on. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/election/election.go, without its threads: what they sleep for is a
/// time in the {@link State}.
final class Election {
  /// A leader that is contradicted declares itself anew, but no more often than this.
  private static final long DECLARATION_SPACING = 200;

  /// Who yields stands for election again after so many times the alive threshold.
  private static final int YIELD_FACTOR = 6;

  private final ByteString self;
  private final ElectionTiming timing;
  private final Electorate electorate;
  private final Set<ByteString> better = new HashSet<>(); // that proposed themselves
  private State state;
  private boolean leaderKnown;
  private long yieldsUntil;
  private long lastDeclared;

  /// The other peers.
  interface Electorate {
    /// The PKI-IDs of those of the organization that are alive in the channel.
    Set<ByteString> peers();

    /// Tells them all.
    ///
    /// @param declaration that this peer leads; else that it would
    void tell(boolean declaration);

    /// Is told when this peer begins or ceases to lead.
    void leads(boolean leads);
  }

  /// What this peer is about; times in milliseconds since 1970.
  private sealed interface State {
    /// Waits until the number of peers does not change.
    record Settling(long sample, long end, int size) implements State {}

    /// Has proposed itself and hears of others.
    record Standing(long decision) implements State {}

    record Leading(long declaration) implements State {}

    /// Expects to hear of a leader until then.
    record Following(long end) implements State {}
  }

  Election(ByteString self, ElectionTiming timing, Electorate electorate, long now) {
    this.self = self;
    this.timing = timing;
    this.electorate = electorate;
    this.state =
        new State.Settling(
            now + timing.membershipSampleInterval().toMillis(),
            now + timing.startupGracePeriod().toMillis(),
            electorate.peers().size());
  }

  boolean isLeader() {
    return state instanceof State.Leading;
  }

  /// To be called several times a second.
  void tick(long now) {
    switch (state) {
      case State.Settling settling -> settle(settling, now);
      case State.Standing(long decision) -> {
        if (leaderKnown) {
          follow(now);
        } else if (now >= decision) {
          decide(now);
        }
      }
      case State.Leading(long declaration) -> {
        if (now >= declaration) {
          declare(now);
        }
      }
      case State.Following(long end) -> {
        if (now >= end) {
          standOrFollow(now);
        }
      }
    }
  }

  private void settle(State.Settling settling, long now) {
    if (!leaderKnown && now < settling.sample()) {
      return;
    }
    int size = electorate.peers().size();
    if (leaderKnown || size == settling.size() || now >= settling.end()) {
      standOrFollow(now);
    } else {
      state =
          new State.Settling(
              now + timing.membershipSampleInterval().toMillis(), settling.end(), size);
    }
  }

  private void standOrFollow(long now) {
    if (leaderKnown) {
      yieldsUntil = 0;
      follow(now);
    } else if (now < yieldsUntil) {
      follow(now);
    } else {
      electorate.tell(false);
      state = new State.Standing(now + timing.leaderElectionDuration().toMillis());
    }
  }

  private void decide(long now) {
    if (!better.isEmpty()) {
      follow(now);
    } else {
      electorate.leads(true);
      declare(now);
    }
  }

  private void declare(long now) {
    lastDeclared = now;
    state = new State.Leading(now + timing.leaderAliveThreshold().toMillis() / 2);
    electorate.tell(true);
  }

  private void follow(long now) {
    better.clear();
    leaderKnown = false;
    state = new State.Following(now + timing.leaderAliveThreshold().toMillis());
  }

  /// Another peer has told that it leads or would.
  void heard(ByteString peer, boolean declaration, long now) {
    boolean lower = ByteString.unsignedLexicographicalComparator().compare(peer, self) < 0;
    if (!electorate.peers().contains(peer)) {
      return;
    }
    if (!declaration) {
      if (lower) {
        better.add(peer);
      }
      return;
    }
    if (!isLeader()) {
      leaderKnown = true;
    } else if (lower) {
      electorate.leads(false);
      follow(now);
    } else {
      state = new State.Leading(Math.max(now, lastDeclared + DECLARATION_SPACING));
    }
  }

  /// Leaves it to others for a while, or until one of them leads.
  void yieldLeadership(long now) {
    if (isLeader()) {
      yieldsUntil = now + YIELD_FACTOR * timing.leaderAliveThreshold().toMillis();
      electorate.leads(false);
      follow(now);
    }
  }
}
