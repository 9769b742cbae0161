package io.denim.ledger;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;

/// A peer's ledgers, one for each channel (fabric v3.1.5
/// core/ledger/kvledger/kv_ledger_provider.go). Holds a lock on its directory. Safe for use by any
/// thread.
public final class LedgerProvider implements AutoCloseable {
  private final LedgerOptions options;
  private final CollectionSource collections;
  private final LedgerDirectories directories;
  private final Followers followers;
  private final LedgerLock lock;
  private final Map<String, KvLedger> open = new HashMap<>();
  private boolean closed;

  private LedgerProvider(
      LedgerOptions options, CollectionSource collections, Followers followers, LedgerLock lock) {
    this.options = options;
    this.followers = followers;
    this.collections = collections;
    this.directories = new LedgerDirectories(options.root());
    this.lock = lock;
  }

  /// Opens the directory, which is made if it is missing.
  ///
  /// @throws LedgerException if another process has it open
  public static LedgerProvider open(LedgerOptions options, CollectionSource collections) {
    return open(options, collections, Followers.of(new Metrics()));
  }

  /// As the other one, with commits followed.
  public static LedgerProvider open(
      LedgerOptions options, CollectionSource collections, Followers followers) {
    return new LedgerProvider(options, collections, followers, LedgerLock.forPeer(options.root()));
  }

  /// Who follows commits.
  ///
  /// @param metrics counts and times them
  public record Followers(Metrics metrics, CommitSteps steps) {
    /// Those of a node.
    public static Followers of(Metrics metrics) {
      return new Followers(metrics, CommitSteps.UNWATCHED);
    }
  }

  /// Makes a channel's ledger of its genesis block.
  ///
  /// @throws LedgerException if the channel exists already, or the block is no genesis block
  public synchronized PeerLedger create(Block genesis) {
    checkOpen();
    StoredTransaction config = configuration(genesis);
    String channelId = channelId(genesis);
    if (directories.exists(channelId)) {
      throw new LedgerException("ledger [" + channelId + "] already exists with state [ACTIVE]");
    }
    directories.delete(channelId);
    KvLedger ledger = openLedger(channelId);
    ledger.commit(new CommitBlock(genesis, List.of(config.checked()), BlockPrivateData.NONE));
    return ledger;
  }

  /// Makes a channel's ledger of a snapshot. Blocks up to it are not to be had from this ledger,
  /// and of its transactions only the ids are known ({@link PeerLedger#transactionStatus} tells
  /// NOT_VALIDATED).
  ///
  /// @param snapshot a directory with all of the snapshot's files
  /// @throws LedgerException if the channel exists already, or a file is not what its hash says
  public synchronized PeerLedger createFromSnapshot(Path snapshot) {
    checkOpen();
    SnapshotMetadata metadata = SnapshotMetadata.verified(snapshot);
    String channelId = metadata.channelId();
    checkName(channelId);
    if (directories.exists(channelId)) {
      throw new LedgerException(
          "error while creating ledger id: ledger ["
              + channelId
              + "] already exists with state [ACTIVE]");
    }
    directories.delete(channelId);
    try {
      KvLedger.importSnapshot(snapshot, metadata, options, directories.of(channelId), collections);
    } catch (IOException e) {
      throw new LedgerException("cannot import the snapshot " + snapshot + ": " + e, e);
    }
    return openLedger(channelId);
  }

  private static void checkName(String channelId) {
    if (channelId.isEmpty() || channelId.contains("/") || channelId.startsWith(".")) {
      throw new LedgerException("the channel [" + channelId + "] cannot be a directory");
    }
  }

  private static StoredTransaction configuration(Block genesis) {
    if (genesis.getHeader().getNumber() != 0 || genesis.getData().getDataCount() != 1) {
      throw new LedgerException("a genesis block has number 0 and one transaction");
    }
    return StoredTransaction.parse(genesis.getData().getData(0))
        .filter(stored -> stored.checked() instanceof CheckedTransaction.Configured)
        .orElseThrow(() -> new LedgerException("the genesis block holds no channel configuration"));
  }

  private static String channelId(Block genesis) {
    try {
      Envelope envelope = Envelope.parseFrom(genesis.getData().getData(0));
      Payload payload = Payload.parseFrom(envelope.getPayload());
      String channelId =
          ChannelHeader.parseFrom(payload.getHeader().getChannelHeader()).getChannelId();
      checkName(channelId);
      return channelId;
    } catch (InvalidProtocolBufferException e) {
      throw new LedgerException("the genesis block cannot be read", e);
    }
  }

  /// Opens a channel's ledger, or gives the open one.
  ///
  /// @throws LedgerException if there is no such channel, or it is paused
  public synchronized PeerLedger open(String channelId) {
    checkOpen();
    if (!directories.exists(channelId)) {
      throw new LedgerException("cannot open ledger [" + channelId + "], ledger does not exist");
    }
    if (directories.isPaused(channelId)) {
      throw new LedgerException(
          "cannot open ledger [" + channelId + "], ledger status is [INACTIVE]");
    }
    return openLedger(channelId);
  }

  private KvLedger openLedger(String channelId) {
    return open.computeIfAbsent(
        channelId, id -> KvLedger.open(id, options, directories.of(id), collections, followers));
  }

  /// The channels that have a ledger here and are not paused, sorted.
  public synchronized List<String> channels() {
    checkOpen();
    List<String> active = new ArrayList<>(directories.channels());
    active.removeIf(directories::isPaused);
    return List.copyOf(active);
  }

  private void checkOpen() {
    if (closed) {
      throw new LedgerException("the ledgers in " + options.root() + " are closed");
    }
  }

  /// Closes all ledgers and lets go of the directory.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (lock) {
      for (KvLedger ledger : open.values()) {
        ledger.close();
      }
      open.clear();
    }
  }
}
