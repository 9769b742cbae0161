package io.denim.gossip;

import io.denim.gossip.core.ElectionTiming;
import io.denim.node.Settings;
import java.time.Duration;
import java.util.Optional;

/// Which peers of an organization take blocks from the orderers: those that say so, or one that is
/// elected in each channel (fabric v3.1.5 gossip/service/gossip_service.go).
///
/// @param orgLeader whether this peer does, come what may
/// @param election present where one is elected
public record LeadershipSettings(boolean orgLeader, Optional<ElectionTiming> election) {
  private static final String ELECTED = "peer.gossip.useLeaderElection";
  private static final String STATIC = "peer.gossip.orgLeader";

  /// Every peer is its own leader.
  public static LeadershipSettings defaults() {
    return new LeadershipSettings(true, Optional.empty());
  }

  /// Reads the keys; whatever is wrong is left to {@link Settings#finish}.
  static LeadershipSettings of(Settings settings) {
    boolean elected = settings.flag(ELECTED, false);
    boolean orgLeader = settings.flag(STATIC, !elected);
    if (elected && orgLeader) {
      settings.problem(
          STATIC,
          true,
          "false where "
              + ELECTED
              + " is true: setting both orgLeader and useLeaderElection to true isn't supported");
    }
    ElectionTiming fallback = ElectionTiming.defaults();
    ElectionTiming timing =
        new ElectionTiming(
            duration(settings, "startupGracePeriod", fallback.startupGracePeriod()),
            duration(settings, "membershipSampleInterval", fallback.membershipSampleInterval()),
            duration(settings, "leaderAliveThreshold", fallback.leaderAliveThreshold()),
            duration(settings, "leaderElectionDuration", fallback.leaderElectionDuration()));
    return new LeadershipSettings(orgLeader, elected ? Optional.of(timing) : Optional.empty());
  }

  private static Duration duration(Settings settings, String name, Duration fallback) {
    return settings.duration("peer.gossip.election." + name, fallback);
  }
}
