package io.denim.testnet;

import io.denim.channelconfig.ChannelIds;
import java.time.Duration;
import java.util.Optional;

/// What a network is to be like. Two organizations with a peer each and one orderer, on
/// fabric-samples' ports, unless asked otherwise.
///
/// @param organizations how many, named org1 and so on
/// @param peers in each organization
/// @param batch the most transactions in a block
/// @param timeout how long the orderer waits for a block to fill
/// @param freePorts whether ports are whatever is free rather than fabric-samples'
public record NetworkSpec(
    String channel,
    int organizations,
    int peers,
    int orderers,
    int batch,
    Duration timeout,
    boolean freePorts) {
  private static final int MOST = 16;

  public NetworkSpec {
    Optional<String> problem = ChannelIds.problem(channel);
    if (problem.isPresent()) {
      throw new IllegalArgumentException(
          problem.get() + "; a channel's name is small letters, digits, '.' and '-'");
    }
    requireRange("organizations", organizations);
    requireRange("peers in each organization", peers);
    requireRange("orderers", orderers);
    if (batch < 1) {
      throw new IllegalArgumentException("a batch needs room for at least 1 transaction");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("the batch timeout must be positive");
    }
  }

  /// The customary network.
  public static NetworkSpec customary() {
    return new NetworkSpec("mychannel", 2, 1, 1, 500, Duration.ofMillis(50), false);
  }

  /// The customary network for tests: on free ports, with blocks that wait for nothing.
  public static NetworkSpec forTests() {
    return new NetworkSpec("mychannel", 2, 1, 1, 500, Duration.ofMillis(20), true);
  }

  private static void requireRange(String what, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException("a network has 1 to " + MOST + " " + what);
    }
  }
}
