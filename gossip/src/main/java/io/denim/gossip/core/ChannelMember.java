package io.denim.gossip.core;

import java.util.List;
import org.hyperledger.fabric.protos.gossip.Chaincode;
import org.hyperledger.fabric.protos.gossip.Envelope;

/// Another peer that is alive and has told that it is in a channel.
///
/// @param ledgerHeight how many blocks it has, as it told last
/// @param chaincodes those that it can run
/// @param stateInfo its last signed `StateInfo`
public record ChannelMember(
    Member member, long ledgerHeight, List<Chaincode> chaincodes, Envelope stateInfo) {
  public ChannelMember {
    chaincodes = List.copyOf(chaincodes);
  }
}
