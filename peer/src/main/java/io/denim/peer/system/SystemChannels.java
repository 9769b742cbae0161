package io.denim.peer.system;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.PeerLedger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// This peer's channels, as system chaincodes need them. Safe for use by any thread.
public interface SystemChannels {
  /// The names of the channels that this peer has joined, sorted.
  List<String> names();

  /// A joined channel's ledger.
  Optional<PeerLedger> ledger(String channelId);

  /// A joined channel's present configuration.
  Optional<ChannelConfig> config(String channelId);

  /// Joins the channel of a genesis block that was checked.
  ///
  /// @return why it could not be joined, empty if it was
  Optional<String> join(String channelId, Block genesis);

  /// Joins a channel by a snapshot of its ledger.
  ///
  /// @param folder with the snapshot's files
  /// @return why it could not be joined, empty if it was
  Optional<String> joinBySnapshot(Path folder);

  /// Why the proposal's creator may not use a resource ({@link io.denim.channelconfig.Resources}),
  /// empty if it may.
  ///
  /// @param channelId empty for resources of the peer itself
  Optional<String> accessRefusal(
      String resource, String channelId, Optional<SignedProposal> proposal);
}
