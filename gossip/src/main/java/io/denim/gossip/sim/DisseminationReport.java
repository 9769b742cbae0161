package io.denim.gossip.sim;

import io.denim.gossip.core.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.hyperledger.fabric.protos.gossip.GossipMessage;

/// How a leader's blocks come to all peers of its organization: in what time, with how many
/// messages, beside the published model of infect-and-die push, by which the part p of n peers that
/// one reaches with f messages each fulfils p = 1 - exp(-f p) (Kermarrec, Massoulié, Ganesh:
/// Probabilistic reliable dissemination in large-scale systems, 2003).
///
/// @param organizationSize peers in each organization
/// @param halfMillis until half of them have a block, on the average
/// @param pushedMillis until the last of those that push reaches has it
/// @param allMillis until all have it, by pull in the end
/// @param pushed the part of them that push reaches, from 0 to 1
/// @param modelled the same by the model
/// @param pushMessages for each block, in one organization
/// @param modelledMessages the same by the model
/// @param pullMessages for each block, in one organization; most ask without need
public record DisseminationReport(
    int peers,
    int organizations,
    int organizationSize,
    int blocks,
    double halfMillis,
    double pushedMillis,
    double allMillis,
    double pushed,
    double modelled,
    double pushMessages,
    double modelledMessages,
    double pullMessages) {
  private static final long SETTLING = 3_000;
  private static final long WAITING = 12_000;
  private static final long PULL_AFTER = 600; // longer than any push takes

  /// Simulates with core.yaml's default fan-out and pull interval, messages taking 1 to 20 ms.
  public static DisseminationReport of(long seed, int peers, int organizations, int blocks) {
    Timing defaults = Timing.defaults();
    Timing timing =
        new Timing(
            Duration.ofMinutes(5), // peers know each other from the start, and none dies
            Duration.ofMinutes(25),
            defaults.expirationFactor(),
            defaults.reconnectInterval(),
            defaults.maxConnectionAttempts(),
            defaults.pullInterval(),
            defaults.pullPeers(),
            defaults.propagatePeers(),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            defaults.publishCertPeriod(),
            defaults.blocksToStore());
    GossipSimulation simulation = GossipSimulation.ofAcquainted(seed, peers, organizations, timing);
    simulation.run(SETTLING);
    return measure(simulation, organizations, blocks);
  }

  private static DisseminationReport measure(
      GossipSimulation simulation, int organizations, int blocks) {
    int size = simulation.size() / organizations;
    long pulls = pulls(simulation);
    long pushes = simulation.sent(GossipMessage.ContentCase.DATA_MSG);
    double half = 0;
    double pushedTime = 0;
    double all = 0;
    double reached = 0;
    for (long block = 1; block <= blocks; block++) {
      long start = simulation.elapsed();
      for (int leader = 0; leader < organizations; leader++) {
        simulation.disseminate(leader, block);
      }
      simulation.run(WAITING);
      List<Long> delays = new ArrayList<>();
      simulation.arrivals(block).forEach(time -> delays.add(time - start));
      delays.sort(Comparator.naturalOrder());
      long quick = delays.stream().filter(delay -> delay < PULL_AFTER).count();
      half += delays.get(delays.size() / 2);
      pushedTime += delays.get((int) quick - 1);
      all += delays.getLast();
      reached += (double) (quick + organizations) / simulation.size();
    }
    int fanOut = simulation.timing().propagatePeers();
    double model = infectAndDie(fanOut);
    return new DisseminationReport(
        simulation.size(),
        organizations,
        size,
        blocks,
        half / blocks,
        pushedTime / blocks,
        all / blocks,
        reached / blocks,
        model,
        (double) (simulation.sent(GossipMessage.ContentCase.DATA_MSG) - pushes)
            / blocks
            / organizations,
        model * size * fanOut,
        (double) (pulls(simulation) - pulls) / blocks / organizations);
  }

  private static long pulls(GossipSimulation simulation) {
    return simulation.sent(GossipMessage.ContentCase.HELLO)
        + simulation.sent(GossipMessage.ContentCase.DATA_DIG)
        + simulation.sent(GossipMessage.ContentCase.DATA_REQ)
        + simulation.sent(GossipMessage.ContentCase.DATA_UPDATE);
  }

  /// The part of many peers that infect-and-die push reaches.
  static double infectAndDie(int fanOut) {
    double reached = 1;
    for (int i = 0; i < 100; i++) {
      reached = 1 - Math.exp(-fanOut * reached);
    }
    return reached;
  }

  @Override
  public String toString() {
    return """
    %d peers in %d organizations of %d, %d blocks; each message takes 1 to 20 ms
      half of the peers have a block after   %.0f ms
      push has reached whom it reaches after %.0f ms: %.1f%% (infect-and-die: %.1f%%)
      all have it, by pull, after            %.0f ms
      push messages a block in each organization: %.0f (infect-and-die: %.0f)
      pull messages a block interval of %d s in each organization: %.0f, identities' too\
    """
        .formatted(
            peers,
            organizations,
            organizationSize,
            blocks,
            halfMillis,
            pushedMillis,
            100 * pushed,
            100 * modelled,
            allMillis,
            pushMessages,
            modelledMessages,
            WAITING / 1_000,
            pullMessages);
  }
}
