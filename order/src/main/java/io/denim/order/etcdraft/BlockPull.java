package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.BlockVerifier;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.deliver.BlockFeed;
import io.denim.deliver.OrdererEndpoint;
import io.denim.order.ChainSupport;
import io.denim.wire.BlockHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.jspecify.annotations.Nullable;

/// Fetches blocks for a chain that fell behind: the feed's thread checks each one and hands it to
/// the chain's thread, which writes it before the next is checked, so that a configuration among
/// them is in force for those after it.
final class BlockPull implements BlockFeed.Taker {
  private final ChainSupport support;
  private final SynchronousQueue<Block> handOver = new SynchronousQueue<>();
  private long next; // of the feed's thread
  private final long to;
  private final String ownAddress;

  /// @param ownAddress of this node, which would wait for itself
  BlockPull(ChainSupport support, long from, long to, String ownAddress) {
    this.ownAddress = ownAddress;
    this.support = support;
    this.next = from;
    this.to = to;
  }

  @Override
  public long next() {
    return next;
  }

  @Override
  public List<OrdererEndpoint> orderers() {
    List<OrdererEndpoint> others = new ArrayList<>(OrdererEndpoint.of(support.config()));
    others.removeIf(orderer -> orderer.address().equals(ownAddress));
    return others;
  }

  @Override
  public Optional<String> take(Block block) throws InterruptedException {
    if (next > to) {
      return Optional.of("all blocks that were missing are there");
    }
    Optional<String> problem = problem(block);
    if (problem.isEmpty()) {
      handOver.put(block);
      next++;
      // The chain's thread takes a token's place when it has written the block.
      handOver.put(block);
    }
    return problem;
  }

  /// The next block; null if none came in time.
  @Nullable Block poll(long millis) throws InterruptedException {
    return handOver.poll(millis, TimeUnit.MILLISECONDS);
  }

  /// The block is written; the next may be checked.
  void written() throws InterruptedException {
    handOver.take();
  }

  private Optional<String> problem(Block block) {
    long number = block.getHeader().getNumber();
    if (number != next) {
      return Optional.of("it sent block " + number + " in place of block " + next);
    }
    ByteString previous = BlockHash.ofHeader(support.lastBlock().getHeader());
    if (!block.getHeader().getPreviousHash().equals(previous)) {
      return Optional.of("block " + number + " does not follow this node's newest block");
    }
    try {
      ChannelConfig config = support.config();
      return BlockVerifier.of(config).problem(block);
    } catch (ChannelConfigException e) {
      return Optional.of("blocks cannot be checked: " + e.getMessage());
    }
  }
}
