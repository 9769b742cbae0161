package io.denim.order;

import io.denim.channelconfig.BlockVerifier;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.deliver.BlockFeed;
import io.denim.deliver.OrdererEndpoint;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockStore;
import io.denim.wire.BlockHash;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.common.Block;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A channel that this node does not order, or not yet: it fetches the channel's blocks from the
/// orderers, each checked against the configuration before it, until a configuration makes this
/// node a consenter (fabric v3.1.5 orderer/common/follower). Up to the block that it joined with,
/// that block's configuration says whom to ask, and its hash what the blocks before must lead to.
/// Blocks are taken by the feed's thread; everything else is safe for use by any thread.
final class FollowingChannel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.common.follower");

  private final String channelId;
  private final Node node;
  private final BlockStore store;
  private final Optional<Block> joinBlock;
  private final Optional<ChannelConfig> joinConfig;
  private final Runnable whenMember;
  private final BlockFeed feed;
  private volatile Optional<ChannelConfig> config; // of the newest block here
  private Optional<BlockVerifier> blocks; // of the feed's thread

  /// What a follower shares with the others of its node.
  ///
  /// @param isMember whether a configuration makes this node a consenter
  record Node(
      SignatureVerifier verifier,
      EnvelopeSigner signer,
      BlockFeed.Connection connection,
      Predicate<ChannelConfig> isMember) {}

  /// @param joinBlock the config block to fetch all blocks up to, if they are not here yet
  /// @param whenMember called once this node has become a consenter and has the blocks for it; on a
  ///   thread of its own
  /// @throws ChannelException if a configuration is not usable
  FollowingChannel(
      String channelId, Node node, BlockStore store, Optional<Block> joinBlock, Runnable whenMember)
      throws ChannelException {
    this.channelId = channelId;
    this.node = node;
    this.store = store;
    this.joinBlock = joinBlock;
    this.whenMember = whenMember;
    this.joinConfig =
        joinBlock.isPresent()
            ? Optional.of(ChannelFolders.ordererConfig(channelId, joinBlock.get(), node.verifier()))
            : Optional.empty();
    this.config =
        store.height() == 0
            ? Optional.empty()
            : Optional.of(ChannelFolders.newestConfig(channelId, store, node.verifier()));
    this.blocks = config.isPresent() ? Optional.of(verifier(config.get())) : Optional.empty();
    this.feed = new BlockFeed(channelId, new Taker(), node.signer(), node.connection());
  }

  void start() {
    LOG.info("Following channel {} from block {}", channelId, store.height());
    if (isReadyToOrder()) {
      Thread.startVirtualThread(whenMember);
    } else {
      feed.start();
    }
  }

  ChannelInfo info() {
    boolean member = joinConfig.or(() -> config).filter(node.isMember()).isPresent();
    return new ChannelInfo(
        channelId,
        new Chain.Participation(
            member ? "consenter" : "follower", hasJoined() ? "active" : "onboarding"),
        store.height());
  }

  /// Stops fetching and closes the blocks.
  @Override
  public void close() {
    feed.close();
    store.close();
  }

  private boolean hasJoined() {
    return joinBlock.isEmpty()
        || Long.compareUnsigned(store.height(), joinBlock.get().getHeader().getNumber()) > 0;
  }

  private boolean isReadyToOrder() {
    return hasJoined() && config.filter(node.isMember()).isPresent();
  }

  private static BlockVerifier verifier(ChannelConfig config) throws ChannelException {
    try {
      return BlockVerifier.of(config);
    } catch (ChannelConfigException e) {
      throw new ChannelException(ChannelException.Kind.INVALID, String.valueOf(e.getMessage()));
    }
  }

  /// What the feed sees of the channel.
  private final class Taker implements BlockFeed.Taker {
    @Override
    public long next() {
      return store.height();
    }

    @Override
    public List<OrdererEndpoint> orderers() {
      Optional<ChannelConfig> known = hasJoined() ? config : joinConfig;
      return known.map(OrdererEndpoint::of).orElse(List.of());
    }

    @Override
    public Optional<String> take(Block block) {
      if (isReadyToOrder()) {
        return Optional.of("this node orders the channel itself from now on");
      }
      Optional<String> problem = problem(block);
      if (problem.isPresent()) {
        return problem;
      }
      store.append(block);
      if (ConfigBlocks.isConfigBlock(block)) {
        LOG.info("Took config block {} of channel {}", block.getHeader().getNumber(), channelId);
      }
      if (isReadyToOrder()) {
        LOG.info("This node is a consenter of channel {} now", channelId);
        Thread.startVirtualThread(whenMember);
      }
      return Optional.empty();
    }

    private Optional<String> problem(Block block) {
      long number = block.getHeader().getNumber();
      if (number != store.height()) {
        return Optional.of("it sent block " + number + " in place of " + store.height());
      }
      Optional<String> problem =
          blocks.isPresent()
              ? blocks.get().problem(block).or(() -> chainProblem(block))
              : genesisProblem(block);
      return problem.or(() -> joinProblem(block)).or(() -> followConfig(block));
    }

    private Optional<String> genesisProblem(Block block) {
      boolean intact =
          BlockHash.ofData(block.getData()).equals(block.getHeader().getDataHash())
              && ConfigBlocks.isConfigBlock(block);
      return intact ? Optional.empty() : Optional.of("block 0 is not a channel's first block");
    }

    private Optional<String> chainProblem(Block block) {
      long number = block.getHeader().getNumber();
      Block previous = store.blockByNumber(number - 1).orElseThrow();
      return BlockHash.ofHeader(previous.getHeader()).equals(block.getHeader().getPreviousHash())
          ? Optional.empty()
          : Optional.of("block " + number + " does not follow the block before it");
    }

    private Optional<String> joinProblem(Block block) {
      boolean differs =
          joinBlock
              .filter(join ->
                  join.getHeader().getNumber() == block.getHeader().getNumber()
                      && !join.getHeader().equals(block.getHeader()))
              .isPresent();
      return differs
          ? Optional.of("it does not have the block that this node joined with")
          : Optional.empty();
    }

    private Optional<String> followConfig(Block block) {
      if (!ConfigBlocks.isConfigBlock(block)) {
        return Optional.empty();
      }
      try {
        ChannelConfig next = ChannelFolders.ordererConfig(channelId, block, node.verifier());
        blocks = Optional.of(verifier(next));
        config = Optional.of(next);
        return Optional.empty();
      } catch (ChannelException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
    }
  }
}
