package io.denim.order;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.deliver.BlockFeed;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An orderer's channels: opens those on disk, joins new ones and removes old ones (fabric v3.1.5
/// orderer/common/multichannel/registrar.go), and turns those that it follows into those that it
/// orders and back. What was begun when the node was killed is ended when it starts again. Reads
/// are safe for any thread; changes wait for each other.
final class ChannelRegistrar implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelRegistrar.class);

  private final Node node;
  private final OperationFile joins;
  private final OperationFile removals;
  private final ChannelFolders folders;
  private final Map<String, OrderingChannel> channels = new ConcurrentSkipListMap<>();
  private final Map<String, FollowingChannel> followed = new ConcurrentSkipListMap<>();
  private boolean closed;

  /// What all channels of a node share.
  ///
  /// @param directory holds `chains`, `index` and `pendingops`
  /// @param consenters by their names in the channel configuration
  record Node(
      Path directory,
      MessageProcessor processor,
      BlockSigner signer,
      SignatureVerifier verifier,
      Map<String, Consenter> consenters,
      Following following) {}

  /// How a node fetches blocks of channels that it follows.
  record Following(EnvelopeSigner signer, BlockFeed.Connection connection) {}

  private ChannelRegistrar(Node node) {
    this.node = node;
    this.folders = new ChannelFolders(node.directory());
    this.joins = new OperationFile(node.directory().resolve("pendingops/join"), ".join");
    this.removals = new OperationFile(node.directory().resolve("pendingops/remove"), ".remove");
  }

  /// Opens the channels on disk and starts to order on them, or to follow them.
  ///
  /// @throws ChannelException if a channel is not usable; the message names it
  static ChannelRegistrar open(Node node) throws ChannelException {
    ChannelRegistrar registrar = new ChannelRegistrar(node);
    registrar.removals.all().keySet().forEach(registrar::delete);
    for (Map.Entry<String, ByteString> join : registrar.joins.all().entrySet()) {
      registrar.enter(join.getKey(), parse(join.getKey(), join.getValue()));
    }
    for (String channelId : registrar.folders.channels()) {
      if (!registrar.has(channelId)) {
        registrar.resume(channelId);
      }
    }
    return registrar;
  }

  Optional<OrderingChannel> channel(String channelId) {
    return Optional.ofNullable(channels.get(channelId));
  }

  /// The channels' names, sorted, those included that this node only follows.
  List<String> names() {
    Set<String> names = new TreeSet<>(channels.keySet());
    names.addAll(followed.keySet());
    return List.copyOf(names);
  }

  ChannelInfo info(String channelId) throws ChannelException {
    FollowingChannel follower = followed.get(channelId);
    if (follower != null) {
      return follower.info();
    }
    OrderingChannel channel = required(channelId);
    return new ChannelInfo(channelId, channel.chain().participation(), channel.blocks().height());
  }

  /// Joins a channel: from its beginning, or by a later config block, for which the blocks before
  /// it are fetched first. A node that is no consenter of the channel follows it.
  ///
  /// @throws ChannelException if this node has the channel already, or cannot take part in it
  synchronized ChannelInfo join(String channelId, Block configBlock) throws ChannelException {
    if (has(channelId)) {
      throw new ChannelException(ChannelException.Kind.ALREADY_EXISTS, "channel already exists");
    }
    joins.save(channelId, configBlock.toByteString());
    try {
      enter(channelId, configBlock);
    } catch (ChannelException e) {
      delete(channelId);
      joins.remove(channelId);
      throw e;
    }
    LOG.info("Joined channel {}", channelId);
    return info(channelId);
  }

  private void enter(String channelId, Block configBlock) throws ChannelException {
    consenter(ChannelFolders.ordererConfig(channelId, configBlock, node.verifier()));
    BlockStore store = folders.open(channelId);
    boolean genesis = configBlock.getHeader().getNumber() == 0;
    if (genesis && store.height() == 0) {
      store.append(configBlock);
    }
    if (store.height() > configBlock.getHeader().getNumber()) {
      store.close();
      resume(channelId);
      joins.remove(channelId);
    } else {
      follow(channelId, store, Optional.of(configBlock));
    }
  }

  /// Orders a channel whose blocks are here, or follows it.
  private void resume(String channelId) throws ChannelException {
    BlockStore store = folders.open(channelId);
    try {
      ChannelConfig config = ChannelFolders.newestConfig(channelId, store, node.verifier());
      Consenter consenter = consenter(config);
      if (!consenter.isMember(config)) {
        follow(channelId, store, Optional.empty());
        return;
      }
      var shared =
          new OrderingChannel.Node(
              node.processor(), node.signer(), consenter, node.verifier(), this::left);
      OrderingChannel channel = OrderingChannel.of(shared, store, config);
      channels.put(channelId, channel);
      channel.start();
    } catch (ChannelException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private void follow(String channelId, BlockStore store, Optional<Block> joinBlock)
      throws ChannelException {
    var shared =
        new FollowingChannel.Node(
            node.verifier(),
            node.following().signer(),
            node.following().connection(),
            this::isMember);
    FollowingChannel follower =
        new FollowingChannel(channelId, shared, store, joinBlock, () -> becameMember(channelId));
    followed.put(channelId, follower);
    follower.start();
  }

  private synchronized void becameMember(String channelId) {
    FollowingChannel follower = followed.get(channelId);
    if (closed || follower == null) {
      return;
    }
    follower.close();
    followed.remove(channelId);
    joins.remove(channelId);
    resumeOrTell(channelId);
  }

  private synchronized void left(String channelId) {
    OrderingChannel channel = channels.get(channelId);
    if (closed || channel == null) {
      return;
    }
    LOG.info("This node no longer orders channel {}, but follows it", channelId);
    channel.close();
    channels.remove(channelId);
    forget(channelId);
    resumeOrTell(channelId);
  }

  private void resumeOrTell(String channelId) {
    try {
      resume(channelId);
    } catch (ChannelException e) {
      LOG.error("Channel {} is not usable any more: {}", channelId, e.getMessage());
    }
  }

  private boolean isMember(ChannelConfig config) {
    Consenter consenter = node.consenters().get(type(config));
    return consenter != null && consenter.isMember(config);
  }

  private Consenter consenter(ChannelConfig config) throws ChannelException {
    Consenter consenter = node.consenters().get(type(config));
    if (consenter == null) {
      throw new ChannelException(
          ChannelException.Kind.INVALID,
          "channel "
              + config.channelId()
              + " is ordered by '"
              + type(config)
              + "', which this orderer does not know; it knows "
              + node.consenters().keySet());
    }
    return consenter;
  }

  private static String type(ChannelConfig config) {
    return config.orderer().map(orderer -> orderer.consensus().type()).orElse("");
  }

  /// Applies a config update that came over the participation API.
  ///
  /// @throws ChannelException if it is refused, with the reason
  ChannelInfo update(String channelId, Envelope update)
      throws ChannelException, InterruptedException {
    if (followed.containsKey(channelId)) {
      throw new ChannelException(ChannelException.Kind.NOT_READY, "channel not ready");
    }
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
        if (channel.chain().configureAndWait(config, sequence)
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
    FollowingChannel follower = followed.get(channelId);
    AutoCloseable channel = follower == null ? required(channelId) : follower;
    removals.save(channelId, ByteString.EMPTY);
    joins.remove(channelId);
    channels.remove(channelId);
    followed.remove(channelId);
    close(channelId, channel);
    delete(channelId);
    LOG.info("Removed channel {}", channelId);
  }

  @Override
  public synchronized void close() {
    closed = true;
    followed.forEach(ChannelRegistrar::close);
    channels.forEach(ChannelRegistrar::close);
    followed.clear();
    channels.clear();
  }

  private static void close(String channelId, AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      LOG.error("Channel {} did not close in good order: {}", channelId, e.getMessage(), e);
    }
  }

  private boolean has(String channelId) {
    return channels.containsKey(channelId) || followed.containsKey(channelId);
  }

  private OrderingChannel required(String channelId) throws ChannelException {
    return channel(channelId)
        .orElseThrow(() ->
            new ChannelException(ChannelException.Kind.DOES_NOT_EXIST, "channel does not exist"));
  }

  private void delete(String channelId) {
    folders.delete(channelId);
    forget(channelId);
    removals.remove(channelId);
  }

  private void forget(String channelId) {
    for (Consenter consenter : node.consenters().values()) {
      consenter.forget(channelId);
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
