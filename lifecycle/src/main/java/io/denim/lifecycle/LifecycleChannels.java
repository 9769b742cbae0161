package io.denim.lifecycle;

import io.denim.channelconfig.ChannelConfig;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// What the lifecycle asks of the peer about its channels. Answered by `peer`.
public interface LifecycleChannels {
  /// The channel's present configuration; empty if this peer has not joined it.
  Optional<ChannelConfig> config(String channelId);

  /// Why the proposal's creator may not use a resource ({@link io.denim.channelconfig.Resources}),
  /// empty if it may.
  ///
  /// @param channelId empty for resources of the peer itself
  Optional<String> accessRefusal(
      String resource, String channelId, Optional<SignedProposal> proposal);
}
