package io.denim.peer;

import io.denim.endorse.PrivateDataDistributor;
import java.util.Optional;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;

/// Keeps the private writes that this peer endorsed until their transaction commits. Other members
/// get them only by endorsing too; nothing is sent to them from here.
record StagedPrivateData(PeerChannels channels) implements PrivateDataDistributor {
  @Override
  public Optional<String> distribute(
      String channelId, String txId, TxPvtReadWriteSetWithConfigInfo writes) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (channel.isEmpty()) {
      return Optional.of("channel '" + channelId + "' not found");
    }
    channel.get().staged().persist(txId, writes.getEndorsedAt(), writes);
    return Optional.empty();
  }
}
