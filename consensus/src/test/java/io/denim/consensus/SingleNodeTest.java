package io.denim.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A cluster of one: it elects itself, commits what it stores, and goes on after a restart.
class SingleNodeTest {
  private static final RaftOptions OPTIONS = new RaftOptions(1, 10, 1, 1 << 20, 5, 1 << 20);

  private final List<Entry> stored = new ArrayList<>();
  private final List<Entry> applied = new ArrayList<>();
  private HardState hardState = HardState.EMPTY;

  @Test
  void committedEntriesThatAreHeldComeOnceTheyAreNotHeld() {
    RaftNode node = started();
    node.propose(data(1));
    node.holdCommitted(true);
    work(node);
    long before = node.appliedIndex();
    assertThat(node.hardState().commit()).isEqualTo(before + 1);
    assertThat(stored.getLast().data()).as("stored all the same").isEqualTo(data(1));
    node.holdCommitted(false);
    assertThat(node.hasReady()).isTrue();
    work(node);
    assertThat(applied.getLast().data()).isEqualTo(data(1));
  }

  @Test
  void aSingleNodeLeadsAndCommits() {
    RaftNode node = started();
    assertThat(node.softState()).isEqualTo(new SoftState(1, Role.LEADER));
    assertThat(node.propose(data(7))).isTrue();
    work(node);
    assertThat(applied.getLast().data()).isEqualTo(data(7));
    assertThat(hardState.commit()).isEqualTo(stored.size());
  }

  @Test
  void itLeadsOnlyOnceItHasStoredItsVote() {
    RaftNode node = bootstrapped();
    work(node);
    node.campaign();
    assertThat(node.softState().role()).isEqualTo(Role.PRE_CANDIDATE);
    work(node);
    assertThat(node.softState().role()).isEqualTo(Role.LEADER);
    assertThat(hardState).isEqualTo(new HardState(2, 1, stored.size()));
  }

  @Test
  void itBeginsAnElectionByItselfWithinTwiceTheElectionTime() {
    RaftNode node = bootstrapped();
    work(node);
    for (int i = 0; i < 2 * OPTIONS.electionTicks(); i++) {
      node.tick();
      work(node);
    }
    assertThat(node.softState().role()).isEqualTo(Role.LEADER);
  }

  @Test
  void aRestartedNodeAppliesWhatWasNotApplied() {
    RaftNode node = started();
    for (int i = 0; i < 10; i++) {
      node.propose(data(i));
      work(node);
    }
    List<Entry> before = List.copyOf(applied);
    applied.clear();
    RaftNode restarted =
        RaftNode.restart(
            OPTIONS,
            new RaftState(Optional.empty(), hardState, stored, 5, new ConfState(List.of(1L))),
            new Random(1));
    work(restarted);
    assertThat(applied).isEqualTo(before.subList(5, before.size()));
    restarted.campaign();
    work(restarted);
    assertThat(restarted.softState().role()).isEqualTo(Role.LEADER);
    assertThat(restarted.hardState().term()).isEqualTo(3);
  }

  @Test
  void aCompactedNodeGoesOnFromItsSnapshot() {
    RaftNode node = started();
    for (int i = 0; i < 10; i++) {
      node.propose(data(i));
      work(node);
    }
    long index = node.appliedIndex();
    var snapshot = new Snapshot(index, node.termAt(index), node.confState(), data(42));
    node.compact(snapshot, index - 4);
    assertThat(node.firstIndex()).isEqualTo(index - 3);
    assertThat(node.termAt(index - 5)).isEqualTo(-1);
    List<Entry> kept = stored.stream().filter(entry -> entry.index() > index - 4).toList();
    RaftNode restarted =
        RaftNode.restart(
            OPTIONS,
            new RaftState(Optional.of(snapshot), hardState, kept, index, snapshot.confState()),
            new Random(1));
    restarted.campaign();
    stored.clear();
    applied.clear();
    work(restarted);
    restarted.propose(data(99));
    work(restarted);
    assertThat(applied).extracting(Entry::index).containsExactly(index + 1, index + 2);
    assertThat(applied.getLast().data()).isEqualTo(data(99));
  }

  @Test
  void aProposalBeyondTheBoundIsDroppedUntilTheFirstIsCommitted() {
    RaftNode node = started();
    Bytes big = Bytes.wrap(new byte[700_000]);
    assertThat(node.propose(big)).isTrue();
    assertThat(node.propose(big)).isFalse();
    work(node);
    assertThat(node.propose(big)).isTrue();
  }

  @Test
  void aStoredLogThatLostCommittedEntriesIsRefused() {
    RaftState torn =
        new RaftState(
            Optional.empty(), new HardState(2, 1, 9), List.of(), 0, new ConfState(List.of(1L)));
    assertThatThrownBy(() -> RaftNode.restart(OPTIONS, torn, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entry 9 was committed, but the stored log ends with entry 0");
  }

  @Test
  void nothingMayHappenBetweenReadyAndAdvance() {
    RaftNode node = bootstrapped();
    node.ready();
    assertThatThrownBy(node::tick).isInstanceOf(IllegalStateException.class);
    node.advance();
    node.tick();
  }

  private static RaftNode bootstrapped() {
    return RaftNode.bootstrap(OPTIONS, List.of(1L), List.of(SimulatedNode.join(1)), new Random(1));
  }

  private RaftNode started() {
    RaftNode node = bootstrapped();
    work(node);
    node.campaign();
    work(node);
    return node;
  }

  private void work(RaftNode node) {
    while (node.hasReady()) {
      Ready ready = node.ready();
      assertThat(ready.messages()).isEmpty();
      if (!ready.entries().isEmpty()) {
        long from = ready.entries().getFirst().index();
        stored.removeIf(entry -> entry.index() >= from);
        stored.addAll(ready.entries());
        assertThat(ready.mustSync()).isTrue();
      }
      ready.hardState().ifPresent(state -> hardState = state);
      for (Entry entry : ready.committed()) {
        if (entry.isConfChange()) {
          node.applyConfChange(new ConfChange(ConfChange.Kind.ADD, 1));
        }
        applied.add(entry);
      }
      node.advance();
    }
  }

  private static Bytes data(int number) {
    return Bytes.wrap(new byte[] {(byte) number});
  }
}
