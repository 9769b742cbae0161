package io.denim.channelconfig;

import java.util.List;

/// An organization that runs orderers of a channel.
///
/// @param name its key in the configuration
/// @param endpoints `host:port` of its orderers, for those who deliver and broadcast
public record OrdererOrganization(String name, String mspId, List<String> endpoints) {
  public OrdererOrganization {
    endpoints = List.copyOf(endpoints);
  }
}
