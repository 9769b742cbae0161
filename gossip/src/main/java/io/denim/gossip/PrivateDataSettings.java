package io.denim.gossip;

import io.denim.node.Settings;
import java.time.Duration;

/// `peer.gossip.pvtData` of core.yaml (fabric v3.1.5 gossip/privdata/config.go).
///
/// @param pullRetryThreshold how long a block waits for private data of other peers before it
///   commits without
/// @param pushAckTimeout how long another peer may take to acknowledge private data
/// @param transientStoreMaxBlockRetention for how many blocks private data waits for its
///   transaction
/// @param btlPullMargin data that lives for no more blocks than this is not asked for
/// @param implicit how far data of the own organization's implicit collections is spread
public record PrivateDataSettings(
    Duration pullRetryThreshold,
    Duration pushAckTimeout,
    int transientStoreMaxBlockRetention,
    int btlPullMargin,
    Reconciliation reconciliation,
    Implicit implicit) {

  /// Asking for what was missing when its block was committed.
  ///
  /// @param sleepInterval from the end of one round to the beginning of the next
  /// @param batchSize blocks whose data is asked for at once
  public record Reconciliation(boolean enabled, Duration sleepInterval, int batchSize) {}

  /// How many other peers must take, and are offered, data of an implicit collection.
  public record Implicit(int requiredPeerCount, int maxPeerCount) {}

  /// As core.yaml's example has them.
  public static PrivateDataSettings defaults() {
    return new PrivateDataSettings(
        Duration.ofSeconds(60),
        Duration.ofSeconds(3),
        20_000,
        10,
        new Reconciliation(true, Duration.ofMinutes(1), 10),
        new Implicit(0, 1));
  }

  /// Reads the keys; whatever is wrong is left to {@link Settings#finish}.
  static PrivateDataSettings of(Settings settings) {
    PrivateDataSettings fallback = defaults();
    String prefix = "peer.gossip.pvtData.";
    String implicit = prefix + "implicitCollectionDisseminationPolicy.";
    Implicit read =
        new Implicit(
            settings.number(implicit + "requiredPeerCount", 0, 0, 1_000),
            settings.number(implicit + "maxPeerCount", 1, 0, 1_000));
    if (read.maxPeerCount() < read.requiredPeerCount()) {
      settings.problem(
          implicit + "maxPeerCount",
          read.maxPeerCount(),
          "no less than requiredPeerCount (" + read.requiredPeerCount() + ")");
    }
    return new PrivateDataSettings(
        settings.duration(prefix + "pullRetryThreshold", fallback.pullRetryThreshold()),
        settings.duration(prefix + "pushAckTimeout", fallback.pushAckTimeout()),
        settings.number(
            prefix + "transientstoreMaxBlockRetention",
            fallback.transientStoreMaxBlockRetention(),
            1,
            Integer.MAX_VALUE),
        settings.number(prefix + "btlPullMargin", fallback.btlPullMargin(), 0, Integer.MAX_VALUE),
        new Reconciliation(
            settings.flag(prefix + "reconciliationEnabled", true),
            settings.duration(
                prefix + "reconcileSleepInterval", fallback.reconciliation().sleepInterval()),
            settings.number(
                prefix + "reconcileBatchSize", fallback.reconciliation().batchSize(), 1, 10_000)),
        read);
  }
}
