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
/// orders and back. What was begun when the node was killed is ended when it starts again. A
/// channel that is damaged, or that this node cannot order, is shown as failed and keeps no other
/// from being served. Reads are safe for any thread; changes wait for each other.
final class ChannelRegistrar implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelRegistrar.class);

  private final Node node;
  private final OperationFile joins;
  private final OperationFile removals;
  private final ChannelFolders folders;
  private final Map<String, OrderingChannel> channels = new ConcurrentSkipListMap<>();
  private final Map<String, FollowingChannel> followed = new ConcurrentSkipListMap<>();
  private final Map<String, String> failed = new ConcurrentSkipListMap<>(); // why, by channel
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
  /// @throws java.io.UncheckedIOException if the node's folders cannot be read or written; then
  ///   nothing is open
  static ChannelRegistrar open(Node node) {
    ChannelRegistrar registrar = new ChannelRegistrar(node);
    try {
      registrar.openAll();
      return registrar;
    } catch (RuntimeException e) {
      registrar.close();
      throw e;
    }
  }

  /// Holds the lock throughout, as followers that find this node to be a consenter come at once.
  private synchronized void openAll() {
    removals.all().keySet().forEach(this::delete);
    joins
        .all()
        .forEach((channelId, block) ->
            attempt(channelId, () -> enter(channelId, parse(channelId, block))));
    for (String channelId : folders.channels()) {
      if (!has(channelId)) {
        attempt(channelId, () -> resume(channelId));
      }
    }
  }

  /// Opens a channel.
  private interface Opening {
    void run() throws ChannelException;
  }

  private void attempt(String channelId, Opening opening) {
    try {
      opening.run();
    } catch (ChannelException e) {
      fail(channelId, e);
    } catch (RuntimeException e) { // of its files
      fail(channelId, e);
    }
  }

  private void fail(String channelId, Exception problem) {
    failed.put(channelId, String.valueOf(problem.getMessage()));
    LOG.error(
        "Channel {} is not served by this node until it is mended and the node restarted, or"
            + " removed and joined again: {}",
        channelId,
        problem.getMessage(),
        problem);
  }

  Optional<OrderingChannel> channel(String channelId) {
    return Optional.ofNullable(channels.get(channelId));
  }

  /// The channels' names, sorted, those included that this node only follows or cannot serve.
  List<String> names() {
    Set<String> names = new TreeSet<>(channels.keySet());
    names.addAll(followed.keySet());
    names.addAll(failed.keySet());
    return List.copyOf(names);
  }

  ChannelInfo info(String channelId) throws ChannelException {
    FollowingChannel follower = followed.get(channelId);
    if (follower != null) {
      return follower.info();
    }
    if (failed.containsKey(channelId)) {
      return new ChannelInfo(channelId, new Chain.Participation("other", "failed"), 0);
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
    } catch (ChannelException | RuntimeException e) {
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
    try {
      boolean genesis = configBlock.getHeader().getNumber() == 0;
      if (genesis && store.height() == 0) {
        store.append(configBlock);
      }
      if (store.height() <= configBlock.getHeader().getNumber()) {
        follow(channelId, store, Optional.of(configBlock));
        return;
      }
    } catch (ChannelException | RuntimeException e) {
      store.close();
      throw e;
    }
    store.close();
    resume(channelId);
    joins.remove(channelId);
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
              node.processor(),
              node.signer(),
              consenter,
              node.consenters().keySet(),
              node.verifier(),
              this::left);
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
    attempt(channelId, () -> resume(channelId));
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
    attempt(channelId, () -> resume(channelId));
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
    AutoCloseable channel = () -> {}; // one that failed is closed
    if (!failed.containsKey(channelId)) {
      channel = follower == null ? required(channelId) : follower;
    }
    removals.save(channelId, ByteString.EMPTY);
    joins.remove(channelId);
    channels.remove(channelId);
    followed.remove(channelId);
    failed.remove(channelId);
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
    return channels.containsKey(channelId)
        || followed.containsKey(channelId)
        || failed.containsKey(channelId);
  }

  private OrderingChannel required(String channelId) throws ChannelException {
    String problem = failed.get(channelId);
    if (problem != null) {
      throw new ChannelException(
          ChannelException.Kind.NOT_READY, "channel is not served: " + problem);
    }
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
