package io.denim.gossip;

import io.denim.gossip.comm.CommunicationSettings;
import io.denim.gossip.core.Timing;
import io.denim.node.Settings;
import java.time.Duration;
import java.util.Set;

/// `peer.gossip` of core.yaml (fabric v3.1.5 gossip/gossip/config.go, gossip/service/config.go).
///
/// @param bootstrap endpoints of peers of the own organization
/// @param membershipReport how often changes of channels' peers are looked for, to be logged
public record GossipSettings(
    Set<String> bootstrap,
    Timing timing,
    CommunicationSettings communication,
    Duration membershipReport,
    PrivateDataSettings privateData,
    StateTransferSettings state,
    LeadershipSettings leadership) {
  public GossipSettings {
    bootstrap = Set.copyOf(bootstrap);
  }

  /// Nobody to begin with but channels' anchor peers; all else as core.yaml has it by default.
  public static GossipSettings defaults() {
    return new GossipSettings(
        Set.of(),
        Timing.defaults(),
        CommunicationSettings.defaults(),
        Duration.ofSeconds(5),
        PrivateDataSettings.defaults(),
        StateTransferSettings.defaults(),
        LeadershipSettings.defaults());
  }

  /// Reads the keys; whatever is wrong is left to {@link Settings#finish}.
  public static GossipSettings of(Settings settings) {
    Duration alive = settings.duration("peer.gossip.aliveTimeInterval", Duration.ofSeconds(5));
    Duration expiration =
        settings.duration("peer.gossip.aliveExpirationTimeout", alive.multipliedBy(5));
    Timing timing =
        new Timing(
            alive,
            expiration,
            settings.number("peer.gossip.msgExpirationFactor", 20, 1, 1_000_000),
            settings.duration("peer.gossip.reconnectInterval", expiration),
            settings.number("peer.gossip.maxConnectionAttempts", 120, 1, Integer.MAX_VALUE),
            settings.duration("peer.gossip.pullInterval", Duration.ofSeconds(4)),
            settings.number("peer.gossip.pullPeerNum", 3, 0, 1_000),
            settings.number("peer.gossip.propagatePeerNum", 3, 0, 1_000),
            settings.duration("peer.gossip.publishStateInfoInterval", Duration.ofSeconds(4)),
            settings.duration("peer.gossip.requestStateInfoInterval", Duration.ofSeconds(4)),
            settings.duration("peer.gossip.publishCertPeriod", Duration.ofSeconds(10)),
            settings.number("peer.gossip.maxBlockCountToStore", 10, 1, 10_000));
    CommunicationSettings communication =
        CommunicationSettings.of(
            settings.duration("peer.gossip.dialTimeout", Duration.ofSeconds(3)),
            settings.duration("peer.gossip.connTimeout", Duration.ofSeconds(2)),
            settings.number("peer.gossip.recvBuffSize", 20, 1, 100_000),
            settings.number("peer.gossip.sendBuffSize", 200, 1, 100_000));
    return new GossipSettings(
        Set.copyOf(settings.texts("peer.gossip.bootstrap")),
        timing,
        communication,
        settings.duration("peer.gossip.membershipTrackerInterval", Duration.ofSeconds(5)),
        PrivateDataSettings.of(settings),
        StateTransferSettings.of(settings),
        LeadershipSettings.of(settings));
  }
}
