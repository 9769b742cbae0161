package io.denim.order;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.deliver.DeliverChannel;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockReader;
import io.denim.ledger.BlockStore;
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.OrdererBlockMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One channel of an orderer: its blocks, its configuration, its chain. Blocks are written by the
/// chain's thread alone; everything else is safe for use by any thread.
final class OrderingChannel implements ChainSupport, DeliverChannel, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OrderingChannel.class);

  private final Node node;
  private final BlockStore blocks;
  private final Chain chain;
  private volatile ChannelConfig config;
  private volatile Block last;
  private long lastConfig; // owned by the chain's thread

  /// What a channel shares with the others of its node.
  ///
  /// @param consenter of the channel's consensus type
  /// @param consensusTypes all that the node can order channels by
  /// @param whenLeft called with the channel's name, on a thread of its own, when this node is no
  ///   longer a consenter
  record Node(
      MessageProcessor processor,
      BlockSigner signer,
      Consenter consenter,
      Set<String> consensusTypes,
      SignatureVerifier verifier,
      Consumer<String> whenLeft) {}

  private OrderingChannel(Node node, BlockStore blocks, ChannelConfig config, Block last)
      throws ChannelException, InvalidProtocolBufferException {
    this.node = node;
    this.blocks = blocks;
    this.config = config;
    this.last = last;
    this.lastConfig = last.getHeader().getNumber() == 0 ? 0 : Blocks.lastConfigNumber(last);
    this.chain = node.consenter().chain(config.channelId(), this, consenterMetadata(last));
  }

  /// A channel over blocks that are there, the genesis block at least; its chain is started by
  /// {@link #start}.
  ///
  /// @param config as the newest config block has it
  /// @throws ChannelException if the chain cannot run here
  static OrderingChannel of(Node node, BlockStore blocks, ChannelConfig config)
      throws ChannelException {
    Block last = blocks.blockByNumber(blocks.height() - 1).orElseThrow();
    try {
      return new OrderingChannel(node, blocks, config, last);
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelException(
          ChannelException.Kind.INVALID,
          "the metadata of block " + last.getHeader().getNumber() + " does not parse");
    }
  }

  void start() {
    chain.start();
  }

  Chain chain() {
    return chain;
  }

  /// Checks a message and hands it to the chain.
  Verdict check(SubmittedMessage message, boolean isConfigUpdate) {
    return isConfigUpdate
        ? node.processor().configUpdate(config, message, this::configProblem)
        : node.processor().normal(config, message);
  }

  /// A channel whose consensus no orderer here knows would be lost to them when they restart.
  private Optional<String> configProblem(ChannelConfig current, ChannelConfig next) {
    String type = next.orderer().map(orderer -> orderer.consensus().type()).orElse("");
    return node.consensusTypes().contains(type)
        ? chain.configProblem(current, next)
        : Optional.of(
            "attempted to change consensus type to "
                + type
                + ", which this orderer cannot order by; it knows "
                + new TreeSet<>(node.consensusTypes()));
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public Verdict recheck(Envelope message, boolean isConfig) {
    if (isConfig) {
      return node.processor().config(config, message, this::configProblem);
    }
    try {
      return node.processor().normal(config, SubmittedMessage.of(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a checked message does not parse any more", e);
    }
  }

  @Override
  public Block lastBlock() {
    return last;
  }

  @Override
  public void write(List<Block> made, List<ByteString> consenterMetadata) {
    List<Block> signed = new ArrayList<>(made.size());
    ChannelConfig next = config;
    for (int i = 0; i < made.size(); i++) {
      Block block = made.get(i);
      if (ConfigBlocks.isConfigBlock(block)) {
        next = configOf(block);
        lastConfig = block.getHeader().getNumber();
      }
      signed.add(node.signer().sign(block, lastConfig, consenterMetadata.get(i)));
    }
    blocks.append(signed);
    last = signed.getLast();
    if (next != config) {
      LOG.info("[channel: {}] configuration {} is in force", config.channelId(), next.sequence());
      config = next;
    }
  }

  @Override
  public void leave() {
    Thread.startVirtualThread(() -> node.whenLeft().accept(config.channelId()));
  }

  @Override
  public BlockReader blocks() {
    return blocks;
  }

  @Override
  public boolean failing() {
    return !chain.isHealthy();
  }

  @Override
  public void close() {
    chain.close();
    blocks.close();
  }

  private ChannelConfig configOf(Block block) {
    try {
      return ChannelConfig.of(
          config.channelId(), ConfigBlocks.configOf(block).getConfig(), node.verifier());
    } catch (ChannelConfigException e) {
      throw new IllegalStateException(
          "config block " + block.getHeader().getNumber() + " was ordered but is not usable", e);
    }
  }

  private static ByteString consenterMetadata(Block block) throws InvalidProtocolBufferException {
    OrdererBlockMetadata metadata = Blocks.ordererMetadata(block);
    return Metadata.parseFrom(metadata.getConsenterMetadata()).getValue();
  }
}
