package io.denim.ledger;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.jspecify.annotations.Nullable;

/// A peer's ledgers, one for each channel (fabric v3.1.5
/// core/ledger/kvledger/kv_ledger_provider.go). Holds a lock on its directory. Safe for use by any
/// thread.
///
/// Block files lie where a Fabric peer has them, `chains/chains/<channel>`, so that either's can be
/// taken over; databases lie in `denim/<channel>`.
public final class LedgerProvider implements AutoCloseable {
  private final LedgerOptions options;
  private final CollectionSource collections;
  private final FileChannel lockFile;
  private final Map<String, KvLedger> open = new HashMap<>();
  private boolean closed;

  private LedgerProvider(
      LedgerOptions options, CollectionSource collections, FileChannel lockFile) {
    this.options = options;
    this.collections = collections;
    this.lockFile = lockFile;
  }

  /// Opens the directory, which is made if it is missing.
  ///
  /// @throws LedgerException if another process has it open
  public static LedgerProvider open(LedgerOptions options, CollectionSource collections) {
    try {
      Files.createDirectories(options.root().resolve("chains/chains"));
      FileChannel channel =
          FileChannel.open(
              options.root().resolve("denim.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (lock(channel) == null) {
        channel.close();
        throw new LedgerException(
            "the ledgers in %s are in use by another process".formatted(options.root()));
      }
      return new LedgerProvider(options, collections, channel);
    } catch (IOException e) {
      throw new LedgerException("cannot open the ledgers in " + options.root() + ": " + e, e);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /// Makes a channel's ledger of its genesis block.
  ///
  /// @throws LedgerException if the channel exists already, or the block is no genesis block
  public synchronized PeerLedger create(Block genesis) {
    checkOpen();
    StoredTransaction config = configuration(genesis);
    String channelId = channelId(genesis);
    if (exists(channelId)) {
      throw new LedgerException("ledger [" + channelId + "] already exists with state [ACTIVE]");
    }
    deleteRemains(channelId);
    KvLedger ledger = openLedger(channelId);
    ledger.commit(new CommitBlock(genesis, List.of(config.checked()), BlockPrivateData.NONE));
    return ledger;
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
      if (channelId.isEmpty() || channelId.contains("/") || channelId.startsWith(".")) {
        throw new LedgerException(
            "the genesis block names the channel [%s], which cannot be a directory"
                .formatted(channelId));
      }
      return channelId;
    } catch (InvalidProtocolBufferException e) {
      throw new LedgerException("the genesis block cannot be read", e);
    }
  }

  /// Opens a channel's ledger, or gives the open one.
  ///
  /// @throws LedgerException if there is no such channel
  public synchronized PeerLedger open(String channelId) {
    checkOpen();
    if (!exists(channelId)) {
      throw new LedgerException("cannot open ledger [" + channelId + "], ledger does not exist");
    }
    return openLedger(channelId);
  }

  private KvLedger openLedger(String channelId) {
    return open.computeIfAbsent(
        channelId,
        id -> {
          Path databases = options.root().resolve("denim").resolve(id);
          return KvLedger.open(
              id,
              options,
              new KvLedger.Directories(
                  blocks(id), databases.resolve("state"), databases.resolve("private")),
              collections);
        });
  }

  private Path blocks(String channelId) {
    return options.root().resolve("chains/chains").resolve(channelId);
  }

  private boolean exists(String channelId) {
    Path first = BlockFiles.path(blocks(channelId), 0);
    if (open.containsKey(channelId)) {
      return true;
    }
    return Files.exists(first) && BlockFileScan.holdsBlock(first);
  }

  private void deleteRemains(String channelId) {
    IndexRebuild.deleteTree(blocks(channelId));
    IndexRebuild.deleteTree(options.root().resolve("denim").resolve(channelId));
  }

  /// The channels that have a ledger here, sorted.
  public synchronized List<String> channels() {
    checkOpen();
    TreeSet<String> channels = new TreeSet<>();
    try (DirectoryStream<Path> directories =
        Files.newDirectoryStream(options.root().resolve("chains/chains"))) {
      for (Path directory : directories) {
        String name = directory.getFileName().toString();
        if (exists(name)) {
          channels.add(name);
        }
      }
    } catch (IOException e) {
      throw new LedgerException("cannot list the ledgers in " + options.root() + ": " + e, e);
    }
    return List.copyOf(channels);
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
    try (lockFile) {
      for (KvLedger ledger : open.values()) {
        ledger.close();
      }
      open.clear();
    } catch (IOException e) {
      throw new LedgerException("cannot unlock the ledgers in " + options.root(), e);
    }
  }
}
