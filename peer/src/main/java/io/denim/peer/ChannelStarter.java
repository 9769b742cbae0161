package io.denim.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.gateway.CommitNotifier;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.LedgerException;
import io.denim.ledger.LedgerProvider;
import io.denim.ledger.PeerLedger;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransientStore;
import io.denim.lifecycle.LifecycleException;
import io.denim.validate.BlockValidator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens a peer's channels when it starts and joins new ones, each with its delivery of blocks from
/// the orderers. One thread at a time opens or joins.
final class ChannelStarter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelStarter.class);

  /// Where the ledger keeps a channel's configuration; also where it was made of a snapshot and has
  /// no configuration block.
  private static final String CONFIG_KEY = "CHANNEL_CONFIG_ENV_BYTES";

  private final Node node;
  private final PeerChannels channels;
  private final List<AutoCloseable> running = new ArrayList<>(); // in order of their start

  /// What all channels of a peer share.
  ///
  /// @param transientStores a folder
  record Node(
      LedgerProvider ledgers,
      Path transientStores,
      PeerChannel.Chaincodes chaincodes,
      BlockValidator validator,
      SignatureVerifier verifier,
      OrdererDelivery.Client orderers,
      CommitNotifier commits) {}

  ChannelStarter(Node node, PeerChannels channels) {
    this.node = node;
    this.channels = channels;
  }

  /// Opens all channels on disk. One whose files are damaged is left out, and the others are
  /// served.
  ///
  /// @throws PeerException if one asks for what this peer lacks; the message names it
  synchronized void openAll() throws PeerException {
    for (String channelId : node.ledgers().channels()) {
      try {
        start(node.ledgers().open(channelId));
      } catch (LedgerException e) {
        LOG.error(
            "[channel: {}] The channel is not served until its ledger is mended and the peer"
                + " started again: {}",
            channelId,
            e.getMessage(),
            e);
      }
    }
  }

  /// Joins the channel that begins with this block.
  ///
  /// @throws PeerException if the block begins none, or this peer has joined the channel already
  synchronized void join(Block genesis) throws PeerException {
    try {
      String channelId = ConfigBlocks.channelIdOf(genesis);
      if (channels.channel(channelId).isPresent()) {
        throw new PeerException("ledger [" + channelId + "] already exists with state [ACTIVE]");
      }
      ChannelConfig config = ChannelConfig.ofBlock(genesis, node.verifier());
      requireSupported(config);
      start(node.ledgers().create(genesis));
      LOG.info("Joined channel {}", channelId);
    } catch (ChannelConfigException | LedgerException e) {
      throw new PeerException(String.valueOf(e.getMessage()), e);
    }
  }

  /// Joins a channel by a snapshot of its ledger.
  ///
  /// @param folder with the snapshot's files
  /// @throws PeerException if the snapshot is not usable, or this peer has joined the channel
  ///   already
  synchronized void joinBySnapshot(Path folder) throws PeerException {
    try {
      PeerLedger ledger = node.ledgers().createFromSnapshot(folder);
      start(ledger);
      LOG.info("Joined channel {} at height {}", ledger.channelId(), ledger.height());
    } catch (LedgerException e) {
      throw new PeerException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public synchronized void close() {
    for (AutoCloseable each : running.reversed()) {
      try {
        each.close();
      } catch (Exception e) { // neither feeds nor channels throw anything checked
        LOG.error("A channel does not close: {}", e.getMessage(), e);
      }
    }
    running.clear();
  }

  private void start(PeerLedger ledger) throws PeerException {
    ChannelConfig config = newestConfig(ledger, node.verifier());
    requireSupported(config);
    TransientStore staged = TransientStore.open(node.transientStores().resolve(ledger.channelId()));
    PeerChannel channel =
        new PeerChannel(
            ledger,
            config,
            staged,
            node.chaincodes(),
            node.validator(),
            node.verifier(),
            node.commits());
    channels.add(channel);
    try (QueryExecutor state = ledger.queryExecutor()) {
      node.chaincodes().cache().initialize(ledger.channelId(), state);
    } catch (LifecycleException e) {
      throw new PeerException(
          "the chaincode definitions of channel "
              + ledger.channelId()
              + " cannot be read: "
              + e.getMessage(),
          e);
    }
    running.add(channel);
    channel.start();
    OrdererDelivery delivery = new OrdererDelivery(channel, node.orderers());
    running.add(delivery);
    delivery.start();
  }

  private static void requireSupported(ChannelConfig config) throws PeerException {
    Optional<String> unsupported = config.capabilities().unsupported();
    if (unsupported.isPresent()) {
      throw new PeerException(
          "channel " + config.channelId() + " requires what this peer lacks: " + unsupported.get());
    }
  }

  /// The configuration that holds at a ledger's height.
  static ChannelConfig newestConfig(PeerLedger ledger, SignatureVerifier verifier)
      throws PeerException {
    try (QueryExecutor state = ledger.queryExecutor()) {
      ByteString envelope =
          state
              .state("", CONFIG_KEY)
              .orElseThrow(() -> new PeerException("no configuration is in the world state"));
      return ChannelConfig.of(
          ledger.channelId(), ConfigEnvelope.parseFrom(envelope).getConfig(), verifier);
    } catch (ChannelConfigException | SimulationException | InvalidProtocolBufferException e) {
      throw new PeerException(
          "the configuration of channel " + ledger.channelId() + " is not usable", e);
    }
  }
}
