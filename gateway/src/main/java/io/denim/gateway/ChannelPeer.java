package io.denim.gateway;

import java.util.Map;
import org.hyperledger.fabric.protos.gossip.Envelope;

/// A peer that is alive and has joined a channel.
///
/// @param ledgerHeight how many blocks it has, as it told last
/// @param chaincodes by name those that it can run, with the sequence of their definition as text
/// @param stateInfo its signed `StateInfo`
public record ChannelPeer(
    KnownPeer peer, long ledgerHeight, Map<String, String> chaincodes, Envelope stateInfo) {
  public ChannelPeer {
    chaincodes = Map.copyOf(chaincodes);
  }
}
