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
import java.util.concurrent.Semaphore;
import org.hyperledger.fabric.protos.common.Block;

/// Fetches blocks for a chain that fell behind: the feed's thread checks each one and puts it into
/// the chain's inbox; the chain's thread writes it before the next is checked, so that a
/// configuration among them is in force for those after it.
final class BlockPull implements BlockFeed.Taker {
  private final ChainSupport support;
  private final RaftInbox inbox;
  private final Semaphore written = new Semaphore(0);
  private long next; // of the feed's thread
  private final long to;
  private final String ownAddress;

  /// @param ownAddress of this node, which would wait for itself
  BlockPull(ChainSupport support, RaftInbox inbox, long from, long to, String ownAddress) {
    this.inbox = inbox;
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
      inbox.offer(new RaftInbox.Event.Pulled(block, written::release));
      written.acquire();
      next++;
    }
    return problem;
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
