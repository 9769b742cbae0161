package io.denim.peer;

import io.denim.channelconfig.BlockVerifier;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConsensusType;
import io.denim.deliver.BlockFeed;
import io.denim.deliver.OrdererEndpoint;
import io.denim.gossip.GossipNode;
import io.denim.identity.EnvelopeSigner;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A channel's blocks from its orderers, while this peer leads its organization there; brought to
/// others of the organization if that is configured. Runs on the feed's thread; the rest is for any
/// thread.
///
/// Follows fabric v3.1.5 core/deliverservice/deliveryclient.go, gossip_block_handler.go.
final class OrdererDelivery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("deliveryClient");

  private final PeerChannel channel;
  private final Client client;
  private final BlockFeed feed;
  private volatile boolean leads;
  private volatile boolean outOfReach;

  /// What the deliveries of all channels share.
  record Client(
      EnvelopeSigner signer,
      BlockFeed.Connection connection,
      DeliveryClientSettings settings,
      OrdererDeliveries deliveries,
      GossipNode gossip) {}

  OrdererDelivery(PeerChannel channel, Client client) {
    this.channel = channel;
    this.client = client;
    this.feed =
        new BlockFeed(
            channel.id(),
            new Taker(),
            client.signer(),
            client.connection(),
            client.settings().timing());
  }

  String channelId() {
    return channel.id();
  }

  /// Begins, as far as this peer leads.
  void start() {
    client.deliveries().add(this);
    feed.start();
  }

  /// Has it take blocks, or leave that to others.
  void lead(boolean now) {
    leads = now;
    outOfReach = outOfReach && now;
    feed.follow(now);
  }

  boolean leads() {
    return leads;
  }

  /// Leaves it to another peer of the organization, where one is elected to take blocks.
  void stepDown() {
    if (client.deliveries().isElected() && leads) {
      client.gossip().yieldLeadership(channel.id());
    }
  }

  /// Whether no orderer brings blocks, though it should.
  boolean isCutOff() {
    return outOfReach && leads;
  }

  @Override
  public void close() {
    client.deliveries().remove(this);
    feed.close();
  }

  private static boolean isByzantine(ChannelConfig config) {
    return config
        .orderer()
        .filter(orderer -> orderer.consensus().type().equals(ConsensusType.BFT))
        .isPresent();
  }

  /// The feed's view.
  private final class Taker implements BlockFeed.Taker {
    @Override
    public long next() {
      return channel.intake().next();
    }

    @Override
    public List<OrdererEndpoint> orderers() {
      return OrdererEndpoint.of(channel.config()).stream().map(client.settings()::reached).toList();
    }

    @Override
    public Optional<String> take(Block block) throws InterruptedException {
      Optional<String> refused = channel.intake().take(block);
      if (refused.isEmpty() && client.settings().blockGossip() && !isByzantine(channel.config())) {
        client
            .gossip()
            .disseminate(channel.id(), block.getHeader().getNumber(), block.toByteString());
      }
      return refused;
    }

    @Override
    public void outOfReach(boolean isSo) {
      outOfReach = isSo;
    }

    @Override
    public void pausedLong() {
      if (client.deliveries().isElected()) {
        LOG.warn(
            "[channel: {}] attempted to retry block delivery for more than"
                + " peer.deliveryclient.reconnectTotalTimeThreshold duration ({}), giving up",
            channel.id(),
            client.settings().timing().totalPause());
        stepDown();
      } else {
        LOG.warn(
            "[channel: {}] peer is a static leader, ignoring"
                + " peer.deliveryclient.reconnectTotalTimeThreshold",
            channel.id());
      }
    }

    @Override
    public Optional<BlockFeed.HeaderCheck> headerCheck() {
      return client.settings().followHeaders() && isByzantine(channel.config())
          ? Optional.of(this::headerProblem)
          : Optional.empty();
    }

    private Optional<String> headerProblem(Block header) {
      try {
        return BlockVerifier.of(channel.config())
            .signatureProblem(header.getHeader(), header.getMetadata());
      } catch (ChannelConfigException e) {
        return Optional.of("the configuration does not say who orders: " + e.getMessage());
      }
    }
  }
}
