package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.Msp;
import io.denim.wire.TlsConfigurationException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This peer and the others, as the gateway's calls use them. Immutable; safe for use by any
/// thread.
///
/// @param self this peer's identity
/// @param isSystemChaincode whose functions every peer has
record Peers(
    ByteString self,
    String ownMspId,
    LocalEndorser localEndorser,
    Membership membership,
    NodeConnections connections,
    Predicate<String> isSystemChaincode) {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /// The channel's peers, with this peer's own height as it is.
  static List<ChannelPeer> ofChannel(
      Membership membership, ByteString self, GatewayChannel channel) {
    List<ChannelPeer> peers = new ArrayList<>();
    for (ChannelPeer peer : membership.peersOfChannel(channel.config().channelId())) {
      peers.add(
          peer.peer().identity().equals(self)
              ? new ChannelPeer(peer.peer(), channel.height(), peer.chaincodes(), peer.stateInfo())
              : peer);
    }
    return peers;
  }

  /// Chooses among the peers of a channel; of a channel that this peer is not in, among none.
  Optional<EndorserSelection> selection(Optional<GatewayChannel> channel) {
    return channel.map(joined -> {
      Function<String, Optional<DefinedChaincode>> definitions = joined::chaincode;
      List<ChannelPeer> members = ofChannel(membership, self, joined);
      return new EndorserSelection(
          new EndorsementAnalysis(joined.config(), members, definitions),
          new Absences(joined.config(), members, membership, definitions),
          self,
          ownMspId,
          isSystemChaincode);
    });
  }

  /// Asks a peer and waits for its answer. Whatever goes wrong is an answer too, as the client
  /// waits for one.
  ///
  /// @param patience how long another peer may take
  EndorserAnswer ask(
      Endorsing peer, SignedProposal proposal, ChannelConfig config, Duration patience) {
    try {
      return answer(peer, proposal, config, patience);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("Asking endorser {} failed by a mistake or a fault of this peer", peer, e);
      return EndorserAnswer.broken(e);
    }
  }

  private EndorserAnswer answer(
      Endorsing peer, SignedProposal proposal, ChannelConfig config, Duration patience) {
    if (peer.local()) {
      return EndorserAnswer.of(localEndorser.process(proposal));
    }
    try {
      ManagedChannel connection = connections.peer(peer.address(), tlsRoots(config, peer.mspId()));
      return EndorserAnswer.of(
          EndorserGrpc.newBlockingStub(connection)
              .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
              .processProposal(proposal));
    } catch (StatusRuntimeException e) {
      return EndorserAnswer.unavailable(e.getStatus());
    } catch (TlsConfigurationException e) {
      return EndorserAnswer.unavailable(
          Status.UNAVAILABLE.withDescription("cannot connect: " + e.getMessage()));
    }
  }

  static List<ByteString> tlsRoots(ChannelConfig config, String mspId) {
    Optional<Msp> msp = config.msps().msp(mspId);
    List<ByteString> roots = new ArrayList<>();
    if (msp.isPresent()) {
      roots.addAll(msp.get().tlsRootCertificates());
      roots.addAll(msp.get().tlsIntermediateCertificates());
    }
    return roots;
  }
}
