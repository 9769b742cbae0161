package io.denim.gossip.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.gossip.core.ElectionTiming;
import io.denim.gossip.core.Timing;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.LeadershipMessage;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for elected leaders, in virtual time: one for each organization, another where it
/// dies or yields, one for each part of a cut network, and no say for anybody from outside.
@Timeout(120)
class ElectionSimulationTest {
  private static final long SECOND = 1_000;
  private static final ElectionTiming TIMING = ElectionTiming.defaults();

  /// Enough for a leader's death to be noticed, and twice an election.
  private static final long FAILOVER = 60 * SECOND;

  private static GossipSimulation peers(long seed, int size) {
    GossipSimulation simulation =
        GossipSimulation.ofElecting(seed, size, 3, Timing.defaults(), TIMING);
    simulation.run(FAILOVER);
    return simulation;
  }

  private static int leader(GossipSimulation simulation, int organization) {
    assertThat(simulation.leaders(organization)).hasSize(1);
    return simulation.leaders(organization).getFirst();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void eachOrganizationHasOneLeader(long seed) {
    GossipSimulation simulation = peers(seed, 21);
    for (int organization = 0; organization < 3; organization++) {
      assertThat(simulation.leaders(organization)).as("seed %d", seed).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anotherLeadsWhereTheLeaderDies(long seed) {
    GossipSimulation simulation = peers(seed, 12);
    int dead = leader(simulation, 1);
    int unconcerned = leader(simulation, 0);
    simulation.stop(dead);
    simulation.run(FAILOVER);
    assertThat(simulation.leaders(1)).as("seed %d", seed).hasSize(1).doesNotContain(dead);
    assertThat(simulation.leaders(0)).containsExactly(unconcerned);
  }

  @Test
  void whoYieldsLeavesItToAnotherAndDoesNotTakeItBack() {
    GossipSimulation simulation = peers(6, 12);
    int first = leader(simulation, 2);
    simulation.yieldLeadership(first);
    assertThat(simulation.leaders(2)).isEmpty();
    simulation.run(FAILOVER);
    assertThat(simulation.leaders(2)).hasSize(1).doesNotContain(first);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void leadersOfTheIslandsOfACutNetworkBecomeOneAgain(long seed) {
    GossipSimulation simulation = peers(seed, 24);
    simulation.partition(2);
    simulation.run(2 * FAILOVER);
    assertThat(simulation.leaders(0)).as("seed %d, cut", seed).isNotEmpty();
    simulation.heal();
    simulation.run(2 * FAILOVER);
    for (int organization = 0; organization < 3; organization++) {
      assertThat(simulation.leaders(organization)).as("seed %d, healed", seed).hasSize(1);
    }
  }

  /// Declarations of who is no peer, of another organization's peer, and of a peer that did not
  /// sign them.
  @Test
  void aRogueDeposesNobody() {
    GossipSimulation simulation = peers(9, 12);
    int leader = leader(simulation, 0);
    int other = leader == 0 ? 3 : 0;
    List<Envelope> forged = new ArrayList<>();
    ByteString none = ByteString.copyFrom(new byte[32]);
    forged.add(declaration(simulation, none, other, 1));
    forged.add(declaration(simulation, simulation.pkiId(1), 1, Long.MAX_VALUE));
    forged.add(declaration(simulation, simulation.pkiId(leader), other, Long.MAX_VALUE));
    for (Envelope each : forged) {
      simulation.inject(simulation.pkiId(other), leader, each);
      simulation.inject(simulation.pkiId(1), leader, each);
    }
    simulation.run(SECOND);
    assertThat(simulation.leaders(0)).containsExactly(leader);
  }

  private static Envelope declaration(
      GossipSimulation simulation, ByteString author, int signer, long incarnation) {
    ByteString payload =
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.CHAN_AND_ORG)
            .setChannel(ByteString.copyFromUtf8(SimulatedPeer.CHANNEL))
            .setLeadershipMsg(
                LeadershipMessage.newBuilder()
                    .setPkiId(author)
                    .setTimestamp(PeerTime.newBuilder().setIncNum(incarnation))
                    .setIsDeclaration(true))
            .build()
            .toByteString();
    return Envelope.newBuilder()
        .setPayload(payload)
        .setSignature(SimulatedCrypto.signature(simulation.identity(signer), payload))
        .build();
  }
}
