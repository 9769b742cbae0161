package io.denim.order;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockStore;
import io.denim.wire.Blocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An orderer's channels: opens those on disk, joins new ones and removes old ones (fabric v3.1.5
/// orderer/common/multichannel/registrar.go). What was begun when the node was killed is ended when
/// it starts again. Reads are safe for any thread; changes wait for each other.
final class ChannelRegistrar implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelRegistrar.class);

  private final Node node;
  private final OperationFile joins;
  private final OperationFile removals;
  private final Map<String, OrderingChannel> channels = new ConcurrentSkipListMap<>();

  /// What all channels of a node share.
  ///
  /// @param directory holds `chains`, `index` and `pendingops`
  /// @param consenters by their names in the channel configuration
  record Node(
      Path directory,
      MessageProcessor processor,
      BlockSigner signer,
      SignatureVerifier verifier,
      Map<String, Consenter> consenters) {}

  private ChannelRegistrar(Node node) {
    this.node = node;
    this.joins = new OperationFile(node.directory().resolve("pendingops/join"), ".join");
    this.removals = new OperationFile(node.directory().resolve("pendingops/remove"), ".remove");
  }

  /// Opens the channels on disk and starts to order on them.
  ///
  /// @throws ChannelException if a channel is not usable; the message names it
  static ChannelRegistrar open(Node node) throws ChannelException {
    ChannelRegistrar registrar = new ChannelRegistrar(node);
    registrar.removals.all().keySet().forEach(registrar::delete);
    for (Map.Entry<String, ByteString> join : registrar.joins.all().entrySet()) {
      registrar.join(join.getKey(), parse(join.getKey(), join.getValue()));
    }
    for (String channelId : registrar.onDisk()) {
      if (!registrar.channels.containsKey(channelId)) {
        registrar.start(channelId, registrar.openStore(channelId));
      }
    }
    return registrar;
  }

  Optional<OrderingChannel> channel(String channelId) {
    return Optional.ofNullable(channels.get(channelId));
  }

  /// The channels' names, sorted.
  List<String> names() {
    return List.copyOf(channels.keySet());
  }

  ChannelInfo info(String channelId) throws ChannelException {
    OrderingChannel channel = required(channelId);
    return new ChannelInfo(channelId, channel.chain().participation(), channel.blocks().height());
  }

  /// Joins a channel that begins with this genesis block.
  ///
  /// @throws ChannelException if this node has the channel already, or cannot take part in it
  synchronized ChannelInfo join(String channelId, Block genesis) throws ChannelException {
    if (channels.containsKey(channelId)) {
      throw new ChannelException(ChannelException.Kind.ALREADY_EXISTS, "channel already exists");
    }
    if (genesis.getHeader().getNumber() != 0) {
      throw new ChannelException(
          ChannelException.Kind.INVALID,
          "joining by config block "
              + genesis.getHeader().getNumber()
              + " needs the blocks before it from other orderers, which this node cannot fetch;"
              + " join with the genesis block");
    }
    joins.save(channelId, genesis.toByteString());
    try {
      BlockStore store = openStore(channelId);
      if (store.height() == 0) {
        store.append(genesis);
      }
      start(channelId, store);
    } catch (ChannelException e) {
      delete(channelId);
      throw e;
    } finally {
      joins.remove(channelId);
    }
    LOG.info("Joined channel {}", channelId);
    return info(channelId);
  }

  /// Applies a config update that came over the participation API.
  ///
  /// @throws ChannelException if it is refused, with the reason
  ChannelInfo update(String channelId, Envelope update)
      throws ChannelException, InterruptedException {
    OrderingChannel channel = required(channelId);
    SubmittedMessage message;
    try {
      message = SubmittedMessage.of(update);
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelException(ChannelException.Kind.INVALID, "malformed envelope");
    }
    String context = "failed update config of channel " + channelId + ": ";
    switch (channel.check(message, true)) {
      case Verdict.Rejected(var _, String reason) ->
          throw new ChannelException(ChannelException.Kind.INVALID, context + reason);
      case Verdict.Passed(Envelope config, long sequence) -> {
        if (channel.chain().configure(config, sequence)
            instanceof Submission.Unavailable(String reason)) {
          throw new ChannelException(ChannelException.Kind.INVALID, context + reason);
        }
      }
    }
    return info(channelId);
  }

  /// Leaves a channel and deletes its blocks.
  ///
  /// @throws ChannelException if there is no such channel
  synchronized void remove(String channelId) throws ChannelException {
    OrderingChannel channel = required(channelId);
    removals.save(channelId, ByteString.EMPTY);
    channels.remove(channelId);
    channel.close();
    delete(channelId);
    LOG.info("Removed channel {}", channelId);
  }

  @Override
  public synchronized void close() {
    channels.values().forEach(OrderingChannel::close);
    channels.clear();
  }

  private OrderingChannel required(String channelId) throws ChannelException {
    return channel(channelId)
        .orElseThrow(() ->
            new ChannelException(ChannelException.Kind.DOES_NOT_EXIST, "channel does not exist"));
  }

  private void start(String channelId, BlockStore store) throws ChannelException {
    try {
      ChannelConfig config = newestConfig(channelId, store);
      String type = config.orderer().map(orderer -> orderer.consensus().type()).orElse("");
      Consenter consenter = node.consenters().get(type);
      if (consenter == null) {
        throw new ChannelException(
            ChannelException.Kind.INVALID,
            "channel "
                + channelId
                + " is ordered by '"
                + type
                + "', which this orderer does not know; it knows "
                + node.consenters().keySet());
      }
      var shared =
          new OrderingChannel.Node(node.processor(), node.signer(), consenter, node.verifier());
      OrderingChannel channel = OrderingChannel.of(shared, store, config);
      channels.put(channelId, channel);
      channel.start();
    } catch (ChannelException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private ChannelConfig newestConfig(String channelId, BlockStore store) throws ChannelException {
    try {
      long height = store.height();
      if (height == 0) {
        throw new ChannelException(
            ChannelException.Kind.INVALID, "channel " + channelId + " has no block on disk");
      }
      Block last = store.blockByNumber(height - 1).orElseThrow();
      Block configBlock = store.blockByNumber(Blocks.lastConfigNumber(last)).orElseThrow();
      ChannelConfig config =
          ChannelConfig.of(
              channelId, ConfigBlocks.configOf(configBlock).getConfig(), node.verifier());
      if (config.orderer().isEmpty()) {
        throw new ChannelException(
            ChannelException.Kind.INVALID, "channel " + channelId + " has no orderer section");
      }
      return config;
    } catch (ChannelConfigException | InvalidProtocolBufferException e) {
      throw new ChannelException(
          ChannelException.Kind.INVALID,
          "the configuration of channel " + channelId + " is not usable: " + e.getMessage());
    }
  }

  private BlockStore openStore(String channelId) {
    return BlockStore.open(
        node.directory().resolve("chains").resolve(channelId),
        node.directory().resolve("index").resolve(channelId));
  }

  private List<String> onDisk() {
    Path chains = node.directory().resolve("chains");
    if (!Files.isDirectory(chains)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(chains)) {
      return found
          .filter(Files::isDirectory)
          .map(p -> p.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + chains, e);
    }
  }

  private void delete(String channelId) {
    deleteTree(node.directory().resolve("chains").resolve(channelId));
    deleteTree(node.directory().resolve("index").resolve(channelId));
    removals.remove(channelId);
  }

  private static void deleteTree(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> found = Files.walk(root)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + root, e);
    }
  }

  private static Block parse(String channelId, ByteString bytes) throws ChannelException {
    try {
      return Block.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelException(
          ChannelException.Kind.INVALID, "the join block kept for " + channelId + " is damaged");
    }
  }
}
