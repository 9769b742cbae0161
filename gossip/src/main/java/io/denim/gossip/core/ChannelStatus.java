package io.denim.gossip.core;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// A channel of this peer, as it stands.
///
/// @param configSequence rises with each configuration
/// @param organizations the MSP ids of those whose peers may be in the channel
/// @param chaincodes by name those that this peer can run, with the sequence of their definition as
///   text
/// @param left whether this peer takes no more part in it
public record ChannelStatus(
    String channelId,
    long configSequence,
    Set<String> organizations,
    List<Anchor> anchors,
    long ledgerHeight,
    Map<String, String> chaincodes,
    boolean left) {
  public ChannelStatus {
    organizations = Set.copyOf(organizations);
    anchors = List.copyOf(anchors);
    chaincodes = Map.copyOf(chaincodes);
  }

  /// A peer that others gossip with first.
  ///
  /// @param endpoint `host:port`
  public record Anchor(String mspId, String endpoint) {}
}
