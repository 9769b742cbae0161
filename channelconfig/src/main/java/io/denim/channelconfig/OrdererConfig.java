package io.denim.channelconfig;

import java.time.Duration;
import java.util.Map;

/// The `/Channel/Orderer` section.
///
/// @param batchTimeout how long an orderer waits before it cuts a block that is not full; positive
/// @param maxChannels how many channels an orderer may have; 0 for any number
/// @param organizations by their names in the configuration
public record OrdererConfig(
    ConsensusType consensus,
    BatchSize batchSize,
    Duration batchTimeout,
    long maxChannels,
    Map<String, OrdererOrganization> organizations) {
  public OrdererConfig {
    organizations = Map.copyOf(organizations);
  }
}
