package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.gossip.ChannelJudge;
import io.denim.gossip.ChannelListener;
import io.denim.gossip.GossipNode;
import io.denim.gossip.GossipSettings;
import io.denim.gossip.comm.Communication;
import io.denim.gossip.comm.GossipSelf;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.core.ChannelStatus;
import io.denim.gossip.privdata.PrivateDataPull;
import io.denim.gossip.privdata.PulledPrivateData;
import io.denim.gossip.privdata.WantedPrivateData;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.LocalMsp;
import io.denim.identity.Msp;
import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.node.Listener;
import io.denim.policy.SignedData;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsKeyPair;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;

/// One of a network's peers, which is stopped meanwhile, as one that holds nothing and asks others
/// for what it likes.
final class AskingPeer implements AutoCloseable {
  private final GossipNode node;
  private final PrivateDataPull pull;
  private final String channel;

  /// @param contact `host:port` of a peer of the first organization
  AskingPeer(RunningNetwork network, String organization, int peer, String contact)
      throws Exception {
    this.channel = network.channel();
    NetworkPlan.Organization own = network.plan().organization(organization);
    List<Msp> msps = new ArrayList<>();
    List<ByteString> roots = new ArrayList<>();
    Set<String> mspIds = new TreeSet<>();
    for (NetworkPlan.Organization each : network.plan().organizations()) {
      msps.add(load(network, each, each.peers().getFirst()).msp());
      roots.add(Listener.read(network.peer(each.name()).tlsRoot()));
      mspIds.add(each.mspId());
    }
    MspManager members = MspManager.of(msps);
    Path tls = network.directory().peerCrypto(own, own.peers().get(peer)).resolve("tls");
    TlsKeyPair keyPair =
        new TlsKeyPair(
            Listener.read(tls.resolve("server.crt")), Listener.read(tls.resolve("server.key")));
    Optional<ByteString> hash = Optional.of(keyPair.certificateHash());
    String address = own.peers().get(peer).address();
    ChannelStatus status =
        new ChannelStatus(
            channel,
            1,
            mspIds,
            List.of(new ChannelStatus.Anchor("Org1MSP", contact)),
            1,
            Map.of(),
            false);
    this.node =
        new GossipNode(
            GossipSettings.defaults(),
            address,
            address,
            new GossipNode.Subject(
                new Communication.Parties(
                    new GossipSelf(
                        load(network, own, own.peers().get(peer)).signingIdentity(),
                        () -> hash,
                        hash),
                    identity ->
                        members.identity(identity) instanceof IdentityOutcome.Accepted(var member)
                            ? Optional.of(member)
                            : Optional.empty(),
                    endpoint ->
                        GrpcClient.channel(
                            endpoint,
                            Optional.of(
                                new ClientTls(roots, Optional.of(keyPair), Optional.empty())))),
                new Trusting(),
                () -> List.of(status),
                new Deaf(),
                InstantSource.system(),
                new Metrics()));
    this.pull = new PrivateDataPull(node, 0);
    node.start();
  }

  private static LocalMsp load(
      RunningNetwork network, NetworkPlan.Organization organization, NetworkPlan.Peer peer)
      throws Exception {
    return LocalMsp.load(
        network.directory().peerCrypto(organization, peer).resolve("msp"),
        organization.mspId(),
        SignatureVerifier.create(),
        Clock.systemUTC());
  }

  private record Trusting() implements ChannelJudge {
    @Override
    public boolean reads(String channelId, SignedData signed) {
      return true;
    }

    @Override
    public boolean isBlock(String channelId, long number, ByteString block) {
      return false;
    }
  }

  private record Deaf() implements ChannelListener {
    @Override
    public void block(String channelId, long number, ByteString block) {}

    @Override
    public void leads(String channelId, boolean leads) {}
  }

  /// Whether it sees a peer of the channel that has so many blocks.
  boolean sees(String endpoint, long height) {
    return node.view().channel(channel).stream()
        .anyMatch(
            each -> each.member().endpoint().equals(endpoint) && each.ledgerHeight() >= height);
  }

  /// Asks one peer for the private data of the first transaction of a block.
  PulledPrivateData ask(String endpoint, String chaincode, String collection, long block)
      throws InterruptedException {
    Predicate<ChannelMember> holder = each -> each.member().endpoint().equals(endpoint);
    PvtDataDigest digest =
        PvtDataDigest.newBuilder()
            .setNamespace(chaincode)
            .setCollection(collection)
            .setBlockSeq(block)
            .build();
    return pull.pull(
        channel, List.of(new WantedPrivateData(digest, holder, holder, 0)), Duration.ofSeconds(5));
  }

  @Override
  public void close() {
    pull.close();
    node.close();
  }
}
