package io.denim.identity;

/// How an MSP behaves, chosen by a channel's capabilities: what its set-up demands, how it tells
/// roles apart and which principals and keys it knows (fabric v3.1.5 msp/msp.go). The order is
/// ascending.
public enum MspVersion {
  V1_0,
  V1_1,
  V1_3,
  V1_4_3,
  /// Ed25519 keys count from here on.
  V3_0
}
