package io.denim.gateway;

import java.time.Duration;

/// `peer.gateway` of core.yaml (fabric v3.1.5 internal/pkg/gateway/config/options.go).
///
/// @param endorsementTimeout how long one endorser may take
/// @param broadcastTimeout how long one orderer may take
public record GatewaySettings(Duration endorsementTimeout, Duration broadcastTimeout) {
  /// Fabric's defaults: 10 s each.
  public static GatewaySettings defaults() {
    return new GatewaySettings(Duration.ofSeconds(10), Duration.ofSeconds(10));
  }
}
