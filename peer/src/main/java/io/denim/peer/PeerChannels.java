package io.denim.peer;

import io.denim.chaincode.ChaincodeChannels;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.Resources;
import io.denim.ledger.TransactionSimulator;
import io.denim.lifecycle.LifecycleChannels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// The channels that a peer has joined, and what its chaincodes and the lifecycle ask about them.
/// Safe for use by any thread.
final class PeerChannels implements LifecycleChannels, ChaincodeChannels {
  private final Map<String, PeerChannel> channels = new ConcurrentSkipListMap<>();
  private final ProposalAccess access;

  /// @param access decides who may use what
  PeerChannels(ProposalAccess access) {
    this.access = access;
  }

  /// Decides who may use what of this peer.
  ProposalAccess access() {
    return access;
  }

  void add(PeerChannel channel) {
    channels.put(channel.id(), channel);
  }

  Optional<PeerChannel> channel(String channelId) {
    return Optional.ofNullable(channels.get(channelId));
  }

  /// Sorted by name.
  List<PeerChannel> all() {
    return List.copyOf(channels.values());
  }

  @Override
  public Optional<ChannelConfig> config(String channelId) {
    return channel(channelId).map(PeerChannel::config);
  }

  @Override
  public Optional<String> accessRefusal(
      String resource, String channelId, Optional<SignedProposal> proposal) {
    return access.refusal(resource, config(channelId), channelId, proposal);
  }

  @Override
  public Optional<TransactionSimulator> simulator(String channelId, String txId) {
    return channel(channelId).map(channel -> channel.simulator(txId));
  }

  @Override
  public Optional<Features> features(String channelId) {
    return config(channelId)
        .filter(config -> config.application().isPresent())
        .map(config ->
            new Features(
                config.capabilities().keyLevelEndorsement(),
                config.capabilities().purgePrivateData()));
  }

  @Override
  public Optional<String> chaincodeCallRefusal(String channelId, SignedProposal proposal) {
    return accessRefusal(Resources.PEER_CHAINCODE_TO_CHAINCODE, channelId, Optional.of(proposal));
  }
}
