package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.gossip.PrivateDataSettings;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.privdata.PrivateDataPull;
import io.denim.gossip.privdata.PulledPrivateData;
import io.denim.gossip.privdata.WantedPrivateData;
import io.denim.ledger.CollectionName;
import io.denim.ledger.PeerLedger.BlockOfPrivateData;
import io.denim.ledger.PeerLedger.MissingInBlock;
import io.denim.ledger.TxPvtData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks other peers, again and again, for private data that was missing when its block was
/// committed, or that a snapshot did not bring, as far as this peer is a member of its collection
/// by now. From the newest block on down, a batch of blocks at a time; where nobody has any of
/// several batches, the next round goes on below them. One thread of its own does it all.
///
/// Follows fabric v3.1.5 gossip/privdata/reconcile.go.
final class PrivateDataReconciler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.privdata");
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);
  private static final int FRUITLESS_BATCHES = 20;
  private static final long ALL = -1L;

  private final PeerChannels channels;
  private final CollectionMembership membership;
  private final PrivateDataPull pull;
  private final PrivateDataSettings.Reconciliation settings;
  private final Map<String, Long> resumeBelow = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  PrivateDataReconciler(
      PeerChannels channels,
      CollectionMembership membership,
      PrivateDataPull pull,
      PrivateDataSettings.Reconciliation settings) {
    this.channels = channels;
    this.membership = membership;
    this.pull = pull;
    this.settings = settings;
    this.thread = Thread.ofVirtual().name("private-data-reconciler").unstarted(this::run);
  }

  void start() {
    if (settings.enabled()) {
      thread.start();
    } else {
      LOG.info("Private data reconciliation has been disabled");
    }
  }

  private void run() {
    try {
      while (!closed.await(settings.sleepInterval().toMillis(), TimeUnit.MILLISECONDS)) {
        for (PeerChannel channel : channels.all()) {
          try {
            round(channel);
          } catch (RuntimeException e) { // the other channels go on
            LOG.error(
                "[channel: {}] Failed to reconcile missing private data: {}",
                channel.id(),
                e.getMessage(),
                e);
          }
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("Reconciliation of private data stops");
    }
  }

  private void round(PeerChannel channel) throws InterruptedException {
    Map<CollectionName, Boolean> own = new HashMap<>();
    Predicate<CollectionName> isMember =
        name -> own.computeIfAbsent(name, each -> membership.isMember(channel, each));
    long below = ALL;
    int fruitless = 0;
    int reconciled = 0;
    while (closed.getCount() > 0) {
      List<MissingInBlock> missing =
          channel.ledger().missingPrivateData(below, settings.batchSize(), isMember);
      if (missing.isEmpty()) {
        resumeBelow.remove(channel.id());
        break;
      }
      int had = reconcile(channel, missing);
      reconciled += had;
      fruitless = had == 0 ? fruitless + 1 : 0;
      boolean first = below == ALL;
      below = missing.getLast().blockNumber();
      if (fruitless == FRUITLESS_BATCHES) {
        resumeBelow.put(channel.id(), below);
        break;
      }
      if (first && had == 0) {
        below = resumeBelow.getOrDefault(channel.id(), below);
      }
    }
    if (reconciled > 0) {
      LOG.info(
          "[channel: {}] Reconciliation cycle finished successfully. reconciled {} private data"
              + " write sets",
          channel.id(),
          reconciled);
    }
  }

  /// @return how many of the write sets are here now
  private int reconcile(PeerChannel channel, List<MissingInBlock> missing)
      throws InterruptedException {
    Map<CollectionAt, Optional<Sources>> sources = new HashMap<>();
    Map<PvtDataDigest, MissingInBlock> asked = new HashMap<>();
    List<WantedPrivateData> wanted = new ArrayList<>();
    for (MissingInBlock each : missing) {
      Optional<Sources> possible =
          sources.computeIfAbsent(
              new CollectionAt(each.collection(), each.blockNumber()), at -> sources(channel, at));
      if (possible.isPresent()) {
        PvtDataDigest digest = digest(each);
        asked.put(digest, each);
        wanted.add(
            new WantedPrivateData(
                digest, possible.get().then(), possible.get().now(), possible.get().blockToLive()));
      }
    }
    PulledPrivateData pulled = pull.pull(channel.id(), wanted, ANSWER_PATIENCE);
    if (pulled.found().isEmpty()) {
      return 0;
    }
    List<MissingInBlock> refused = channel.ledger().commitMissing(blocks(pulled.found(), asked));
    for (MissingInBlock each : refused) {
      LOG.warn(
          "[channel: {}] failed to reconcile pvtdata chaincode {}, collection {}, block num {}, tx"
              + " num {} due to hash mismatch or partially available keys",
          channel.id(),
          each.collection().namespace(),
          each.collection().collection(),
          each.blockNumber(),
          each.txNumber());
    }
    return Math.max(0, pulled.found().size() - refused.size());
  }

  /// A collection, and the block whose data of it is missing.
  private record CollectionAt(CollectionName name, long block) {}

  /// Who may have the data.
  ///
  /// @param then those who were members already when it was written
  private record Sources(
      Predicate<ChannelMember> then, Predicate<ChannelMember> now, long blockToLive) {}

  private Optional<Sources> sources(PeerChannel channel, CollectionAt at) {
    Optional<StaticCollectionConfig> latest = membership.latest(channel, at.name());
    if (latest.isEmpty()) {
      return Optional.empty();
    }
    Predicate<ChannelMember> now = membership.members(channel, latest.get());
    Predicate<ChannelMember> then =
        membership
            .before(channel, at.name(), at.block())
            .map(collection -> membership.members(channel, collection).and(now))
            .orElse(now);
    return Optional.of(new Sources(then, now, latest.get().getBlockToLive()));
  }

  private static PvtDataDigest digest(MissingInBlock missing) {
    return PvtDataDigest.newBuilder()
        .setBlockSeq(missing.blockNumber())
        .setSeqInBlock(missing.txNumber())
        .setNamespace(missing.collection().namespace())
        .setCollection(missing.collection().collection())
        .build();
  }

  private static List<BlockOfPrivateData> blocks(
      Map<PvtDataDigest, List<ByteString>> found, Map<PvtDataDigest, MissingInBlock> asked) {
    Map<Long, Map<Integer, PrivateWriteSets>> byBlock = new HashMap<>();
    found.forEach((digest, sets) -> {
      MissingInBlock missing = asked.get(digest);
      if (missing != null && !sets.isEmpty()) {
        byBlock
            .computeIfAbsent(missing.blockNumber(), block -> new HashMap<>())
            .computeIfAbsent(missing.txNumber(), tx -> new PrivateWriteSets())
            .put(missing.collection(), sets.getFirst());
      }
    });
    List<BlockOfPrivateData> blocks = new ArrayList<>();
    byBlock.forEach((block, transactions) -> {
      List<TxPvtData> data = new ArrayList<>();
      transactions.forEach((tx, sets) -> data.add(new TxPvtData(tx, sets.build())));
      blocks.add(new BlockOfPrivateData(block, data));
    });
    return blocks;
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      if (thread.getState() != Thread.State.NEW) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
