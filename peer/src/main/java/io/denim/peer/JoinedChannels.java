package io.denim.peer;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.PeerLedger;
import io.denim.peer.system.SystemChannels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// Answers system chaincodes about this peer's channels.
record JoinedChannels(PeerChannels channels, ChannelStarter starter) implements SystemChannels {
  @Override
  public List<String> names() {
    return channels.all().stream().map(PeerChannel::id).toList();
  }

  @Override
  public Optional<PeerLedger> ledger(String channelId) {
    return channels.channel(channelId).map(PeerChannel::ledger);
  }

  @Override
  public Optional<ChannelConfig> config(String channelId) {
    return channels.config(channelId);
  }

  @Override
  public Optional<String> join(String channelId, Block genesis) {
    try {
      starter.join(genesis);
      return Optional.empty();
    } catch (PeerException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<String> joinBySnapshot(Path folder) {
    try {
      starter.joinBySnapshot(folder);
      return Optional.empty();
    } catch (PeerException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<String> accessRefusal(
      String resource, String channelId, Optional<SignedProposal> proposal) {
    return channels.accessRefusal(resource, channelId, proposal);
  }
}
