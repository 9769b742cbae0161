package io.denim.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ApplicationConfig;
import io.denim.channelconfig.ApplicationOrganization;
import io.denim.channelconfig.BlockVerifier;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.gossip.ChannelJudge;
import io.denim.gossip.comm.PeerDialer;
import io.denim.gossip.core.ChannelStatus;
import io.denim.identity.Msp;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.WireParser;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.AnchorPeer;

/// What gossip asks of the rest of the peer: its channels, who may read them, and connections to
/// peers of any of their organizations. Safe for use by any thread.
record PeerGossip(PeerChannels channels, PeerSettings.Grpc grpc)
    implements ChannelJudge, PeerDialer {
  private static final WireParser<Block> BLOCKS = WireParser.of(Block.getDefaultInstance());
  private static final String READERS = "/Channel/Application/Readers";

  /// The channels as they are now.
  List<ChannelStatus> statuses() {
    List<ChannelStatus> statuses = new ArrayList<>();
    for (PeerChannel channel : channels.all()) {
      ChannelConfig config = channel.config();
      Set<String> organizations = new HashSet<>();
      List<ChannelStatus.Anchor> anchors = new ArrayList<>();
      Optional<ApplicationConfig> application = config.application();
      if (application.isPresent()) {
        for (ApplicationOrganization each : application.get().organizations().values()) {
          organizations.add(each.mspId());
          for (AnchorPeer anchor : each.anchorPeers()) {
            if (!anchor.getHost().isEmpty() && anchor.getPort() != 0) {
              anchors.add(
                  new ChannelStatus.Anchor(
                      each.mspId(), anchor.getHost() + ":" + anchor.getPort()));
            }
          }
        }
      }
      statuses.add(
          new ChannelStatus(
              channel.id(),
              config.sequence(),
              organizations,
              anchors,
              channel.height(),
              channel.runnableChaincodes(),
              false));
    }
    return statuses;
  }

  @Override
  public boolean reads(String channelId, SignedData signed) {
    return channels
        .config(channelId)
        .map(config ->
            config.policies().policy(READERS).evaluate(List.of(signed))
                instanceof PolicyOutcome.Satisfied)
        .orElse(false);
  }

  @Override
  public boolean isBlock(String channelId, long number, ByteString bytes) {
    Optional<ChannelConfig> config = channels.config(channelId);
    if (config.isEmpty()) {
      return false;
    }
    try {
      Block block = BLOCKS.parse(bytes);
      return block.getHeader().getNumber() == number
          && BlockVerifier.of(config.get()).problem(block).isEmpty();
    } catch (InvalidProtocolBufferException | ChannelConfigException e) {
      return false;
    }
  }

  /// With the certificates of all organizations that this peer shares a channel with, and its own
  /// (fabric v3.1.5 internal/peer/node/start.go secureDialOpts).
  @Override
  public ManagedChannel dial(String endpoint) throws TlsConfigurationException {
    Set<ByteString> roots = new HashSet<>();
    grpc.rootCertificates().ifPresent(roots::add);
    for (PeerChannel channel : channels.all()) {
      for (String mspId : channel.config().msps().mspIds()) {
        Optional<Msp> msp = channel.config().msps().msp(mspId);
        msp.ifPresent(each -> {
          roots.addAll(each.tlsRootCertificates());
          roots.addAll(each.tlsIntermediateCertificates());
        });
      }
    }
    return new NodeDialer(grpc).peer(endpoint, List.copyOf(roots));
  }
}
