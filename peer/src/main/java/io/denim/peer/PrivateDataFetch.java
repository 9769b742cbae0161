package io.denim.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.PrivateDataSettings;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.privdata.PrivateDataPull;
import io.denim.gossip.privdata.PulledPrivateData;
import io.denim.gossip.privdata.WantedPrivateData;
import io.denim.ledger.CollectionName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fetches private data that a block's commit lacks from its endorsers and other members of its
/// collections, for as long as a commit may wait. Safe for use by any thread.
///
/// Follows fabric v3.1.5 gossip/privdata/pvtdataprovider.go.
final class PrivateDataFetch {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.privdata");
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int SHOWN = 10;

  private final CollectionMembership membership;
  private final PrivateDataPull pull;
  private final PrivateDataSettings settings;
  private final InstantSource clock;

  PrivateDataFetch(
      CollectionMembership membership,
      PrivateDataPull pull,
      PrivateDataSettings settings,
      InstantSource clock) {
    this.membership = membership;
    this.pull = pull;
    this.settings = settings;
    this.clock = clock;
  }

  CollectionMembership membership() {
    return membership;
  }

  PrivateDataSettings settings() {
    return settings;
  }

  /// Looks for what lacks until it is found or the time is over, then says what is missing.
  ///
  /// @throws InterruptedException when the channel closes
  void fetch(PeerChannel channel, long block, BlockPrivateDataSearch search)
      throws InterruptedException {
    long begun = clock.millis();
    long end = begun + settings.pullRetryThreshold().toMillis();
    int wanted = search.lacking().size();
    Set<String> reasons = new HashSet<>();
    while (!search.lacking().isEmpty()) {
      long left = end - clock.millis();
      if (left <= 0) {
        break;
      }
      pullOnce(channel, block, search, patience(left), reasons);
      if (!search.lacking().isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(Math.min(left, PAUSE.toMillis()));
        search.takeStaged(channel.staged());
      }
    }
    report(channel.id(), block, search.lacking(), wanted, clock.millis() - begun, reasons);
  }

  private static Duration patience(long left) {
    return Duration.ofMillis(Math.min(left, ANSWER_PATIENCE.toMillis()));
  }

  private void pullOnce(
      PeerChannel channel,
      long block,
      BlockPrivateDataSearch search,
      Duration patience,
      Set<String> reasons)
      throws InterruptedException {
    Map<PvtDataDigest, LackingPrivateData> asked = new HashMap<>();
    List<WantedPrivateData> wanted = new ArrayList<>();
    Map<CollectionName, Optional<Sources>> sources = new HashMap<>();
    for (LackingPrivateData each : search.lacking()) {
      Optional<Sources> possible =
          sources.computeIfAbsent(each.collection(), name -> sources(channel, name));
      if (possible.isPresent()) {
        PvtDataDigest digest = each.digest(block);
        asked.put(digest, each);
        wanted.add(
            new WantedPrivateData(
                digest,
                possible.get().endorsers(each.endorsers()),
                possible.get().members(),
                possible.get().collection().getBlockToLive()));
      }
    }
    PulledPrivateData pulled = pull.pull(channel.id(), wanted, patience);
    asked.forEach((digest, each) -> {
      List<ByteString> sets = pulled.found().get(digest);
      if (sets != null) {
        search.takePulled(each, sets);
      } else if (pulled.expired().contains(digest)) {
        search.giveUp(each);
      }
    });
    reasons.addAll(pulled.unanswered());
  }

  private Optional<Sources> sources(PeerChannel channel, CollectionName name) {
    return membership
        .latest(channel, name)
        .map(collection -> new Sources(collection, membership.members(channel, collection)));
  }

  /// Who may have a collection's data.
  private record Sources(StaticCollectionConfig collection, Predicate<ChannelMember> members) {
    Predicate<ChannelMember> endorsers(List<ByteString> endorsers) {
      Set<String> organizations = CollectionMembership.organizations(collection);
      Set<ByteString> eligible = new HashSet<>();
      for (ByteString endorser : endorsers) {
        if (mspIdOf(endorser).filter(organizations::contains).isPresent()) {
          eligible.add(endorser);
        }
      }
      return peer -> eligible.contains(peer.member().identity());
    }

    private static Optional<String> mspIdOf(ByteString identity) {
      try {
        return Optional.of(SerializedIdentity.parseFrom(identity).getMspid());
      } catch (InvalidProtocolBufferException e) {
        return Optional.empty();
      }
    }
  }

  private static void report(
      String channelId,
      long block,
      List<LackingPrivateData> lacking,
      int wanted,
      long millis,
      Set<String> reasons) {
    String number = Long.toUnsignedString(block);
    if (lacking.isEmpty()) {
      LOG.info(
          "[channel: {}] Successfully fetched (or marked to reconcile later) {} eligible collection"
              + " private write sets for block [{}] from other peers in {} ms",
          channelId,
          wanted,
          number,
          millis);
      return;
    }
    LOG.warn(
        "[channel: {}] Could not fetch (or mark to reconcile later) {} of {} eligible collection"
            + " private write sets for block [{}] in {} ms. Will commit block with missing private"
            + " write sets: {}{}. They are asked for again later. {}",
        channelId,
        lacking.size(),
        wanted,
        number,
        millis,
        lacking.subList(0, Math.min(SHOWN, lacking.size())),
        lacking.size() > SHOWN ? " and others" : "",
        reasons.isEmpty()
            ? "No other peer that is alive and a member of the collections has them."
            : "Peers did not answer: " + reasons.stream().limit(SHOWN).toList());
  }
}
