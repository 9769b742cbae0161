package io.denim.order.etcdraft;

import java.time.Duration;

/// How orderers talk to each other: `General.Cluster` of orderer.yaml (fabric v3.1.5
/// orderer/common/localconfig/config.go).
///
/// @param sendBuffer messages that may wait for one orderer, per channel
/// @param rpcTimeout how long an envelope that is forwarded may wait for room on its stream
/// @param expiryWarning how long before its end a certificate is warned of
public record ClusterOptions(int sendBuffer, Duration rpcTimeout, Duration expiryWarning) {
  /// Fabric's defaults.
  public static final ClusterOptions DEFAULT =
      new ClusterOptions(100, Duration.ofSeconds(7), Duration.ofDays(7));

  public ClusterOptions {
    if (sendBuffer <= 0) {
      throw new IllegalArgumentException("General.Cluster.SendBufferSize must be positive");
    }
  }
}
