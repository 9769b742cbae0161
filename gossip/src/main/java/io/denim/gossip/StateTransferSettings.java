package io.denim.gossip;

import io.denim.node.Settings;
import java.time.Duration;

/// `peer.gossip.state` of core.yaml: blocks of other peers (fabric v3.1.5 gossip/state/config.go).
///
/// @param enabled whether other peers are asked also while an orderer is in reach
/// @param checkInterval how often others' heights are compared then
/// @param responseTimeout how long another peer may take to answer
/// @param batchSize blocks that are asked for, or given, at once
/// @param blockBufferSize pushed blocks that wait for those before them
/// @param maxRetries how many other peers are asked where one does not help
public record StateTransferSettings(
    boolean enabled,
    Duration checkInterval,
    Duration responseTimeout,
    int batchSize,
    int blockBufferSize,
    int maxRetries) {

  /// As Fabric has them where core.yaml does not say.
  public static StateTransferSettings defaults() {
    return new StateTransferSettings(
        false, Duration.ofSeconds(10), Duration.ofSeconds(3), 10, 20, 3);
  }

  /// Reads the keys; whatever is wrong is left to {@link Settings#finish}.
  static StateTransferSettings of(Settings settings) {
    StateTransferSettings fallback = defaults();
    String prefix = "peer.gossip.state.";
    return new StateTransferSettings(
        settings.flag(prefix + "enabled", fallback.enabled()),
        settings.duration(prefix + "checkInterval", fallback.checkInterval()),
        settings.duration(prefix + "responseTimeout", fallback.responseTimeout()),
        settings.number(prefix + "batchSize", fallback.batchSize(), 1, 1_000),
        settings.number(prefix + "blockBufferSize", fallback.blockBufferSize(), 1, 10_000),
        settings.number(prefix + "maxRetries", fallback.maxRetries(), 0, 1_000));
  }
}
