package io.denim.gossip.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.gossip.core.Timing;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for gossip among many peers, in virtual time: whoever is alive is known to all, the
/// dead are forgotten, blocks come to all of an organization.
@Timeout(120)
class GossipSimulationTest {
  private static final long SECOND = 1_000;
  private static final Timing TIMING = Timing.defaults();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void organizationsSeeEachOtherWithinTwoSeconds(long seed) {
    GossipSimulation simulation = new GossipSimulation(seed, 8, 4, TIMING);
    simulation.run(2 * SECOND);
    assertThat(simulation.knowledge()).as("seed %d", seed).isEqualTo(1.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyoneAliveIsKnownThoughMessagesAreLost(long seed) {
    GossipSimulation simulation = new GossipSimulation(seed, 40, 5, TIMING);
    simulation.lose(0.25);
    simulation.run(30 * SECOND);
    assertThat(simulation.knowledge()).as("seed %d", seed).isEqualTo(1.0);
  }

  @Test
  void manyPeersOfManyOrganizationsFindEachOther() {
    GossipSimulation simulation = new GossipSimulation(7, 120, 10, TIMING);
    simulation.run(15 * SECOND);
    assertThat(simulation.knowledge()).isEqualTo(1.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void theIslandsOfACutNetworkFindEachOtherAgain(long seed) {
    GossipSimulation simulation = new GossipSimulation(seed, 24, 4, TIMING);
    simulation.run(10 * SECOND);
    simulation.partition(2);
    simulation.run(60 * SECOND);
    assertThat(simulation.knowledge()).as("seed %d, cut", seed).isBetween(0.3, 0.7);
    simulation.heal();
    simulation.run(40 * SECOND);
    assertThat(simulation.knowledge()).as("seed %d, healed", seed).isEqualTo(1.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void theDeadAreHeldForAliveByNobodyAndComeBack(long seed) {
    GossipSimulation simulation = new GossipSimulation(seed, 24, 4, TIMING);
    simulation.run(10 * SECOND);
    ByteString first = simulation.pkiId(0);
    ByteString last = simulation.pkiId(23);
    simulation.stop(0);
    simulation.stop(23);
    simulation.run(TIMING.aliveExpiration().toMillis() + 5 * SECOND);
    assertThat(simulation.holdingForAlive(first)).isZero();
    assertThat(simulation.holdingForAlive(last)).isZero();
    assertThat(simulation.knowledge()).isEqualTo(1.0);
    simulation.restart(0);
    simulation.restart(23);
    simulation.run(10 * SECOND);
    assertThat(simulation.holdingForAlive(first)).isEqualTo(23);
    assertThat(simulation.holdingForAlive(last)).isEqualTo(23);
  }

  @Test
  void aRevokedPeerIsForgotten() {
    GossipSimulation simulation = new GossipSimulation(3, 20, 2, TIMING);
    simulation.run(10 * SECOND);
    ByteString revoked = simulation.pkiId(5);
    assertThat(simulation.holdingForAlive(revoked)).isEqualTo(19);
    simulation.revoke(5);
    simulation.run(5 * SECOND);
    assertThat(simulation.holdingForAlive(revoked)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aBlockComesToAllOfTheOrganizationByPushAndPull(long seed) {
    GossipSimulation simulation = new GossipSimulation(seed, 30, 3, TIMING);
    simulation.run(8 * SECOND);
    simulation.lose(0.2);
    for (long block = 1; block <= 5; block++) {
      simulation.disseminate(0, block);
    }
    simulation.run(15 * SECOND);
    for (long block = 1; block <= 5; block++) {
      assertThat(simulation.having(block)).as("seed %d, block %d", seed, block).isEqualTo(10);
    }
  }

  @Test
  void aBlockIsPassedOnOnceByEachPeer() {
    GossipSimulation simulation = new GossipSimulation(4, 60, 3, TIMING);
    simulation.run(8 * SECOND);
    simulation.disseminate(0, 1);
    simulation.run(15 * SECOND);
    assertThat(simulation.having(1)).isEqualTo(20);
    assertThat(simulation.sent(GossipMessage.ContentCase.DATA_MSG))
        .isBetween(20L, 20L * TIMING.propagatePeers());
  }
}
