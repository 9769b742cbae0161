package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.endorse.PrivateDataDistributor;
import io.denim.gossip.Dissemination;
import io.denim.gossip.GossipNode;
import io.denim.gossip.comm.Answer;
import io.denim.gossip.comm.Incoming;
import io.denim.gossip.core.ChannelMember;
import io.denim.identity.IdentityOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PrivateDataMessage;
import org.hyperledger.fabric.protos.gossip.PrivatePayload;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps private writes until their transaction commits, those that this peer endorsed and those
/// that others send, and sends its own to other members of their collections. An endorsement waits
/// for as many acknowledgements as its collections require, not for all. Safe for use by any
/// thread.
///
/// Follows fabric v3.1.5 gossip/privdata/distributor.go, gossip/state/state.go.
final class PrivateDataExchange implements PrivateDataDistributor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.privdata");

  /// Messages that are being sent at once.
  private static final int MAX_SENDINGS = 2_000;

  private final PeerChannels channels;
  private final CollectionMembership membership;
  private final GossipNode gossip;
  private final Duration patience;
  private final Semaphore sendings = new Semaphore(MAX_SENDINGS);
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /// @param patience how long another peer may take to acknowledge
  PrivateDataExchange(
      PeerChannels channels,
      CollectionMembership membership,
      GossipNode gossip,
      Duration patience) {
    this.channels = channels;
    this.membership = membership;
    this.gossip = gossip;
    this.patience = patience;
    gossip.communication().handle(GossipMessage.ContentCase.PRIVATE_DATA, "", this::receive);
  }

  /// One collection's writes on their way to other peers.
  ///
  /// @param outcomes one for each peer: empty if it has taken them
  private record Spreading(int peers, int required, BlockingQueue<Optional<String>> outcomes) {}

  @Override
  public Optional<String> distribute(
      String channelId, String txId, TxPvtReadWriteSetWithConfigInfo writes) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (channel.isEmpty()) {
      return Optional.of("channel '" + channelId + "' not found");
    }
    channel.get().staged().persist(txId, writes.getEndorsedAt(), writes);
    List<Spreading> all = new ArrayList<>();
    for (NsPvtReadWriteSet namespace : writes.getPvtRwset().getNsPvtRwsetList()) {
      Map<String, CollectionConfig> configs =
          byName(writes.getCollectionConfigsOrThrow(namespace.getNamespace()));
      for (CollectionPvtReadWriteSet written : namespace.getCollectionPvtRwsetList()) {
        CollectionConfig config = configs.get(written.getCollectionName());
        if (config == null) {
          return Optional.of(
              "could not find collection config for collection " + written.getCollectionName());
        }
        PrivatePayload payload =
            PrivatePayload.newBuilder()
                .setNamespace(namespace.getNamespace())
                .setCollectionName(written.getCollectionName())
                .setTxId(txId)
                .setPrivateRwset(written.getRwset())
                .setPrivateSimHeight(writes.getEndorsedAt())
                .setCollectionConfigs(CollectionConfigPackage.newBuilder().addConfig(config))
                .build();
        StaticCollectionConfig collection = config.getStaticCollectionConfig();
        List<ChannelMember> eligible = eligible(channel.get(), collection);
        int required = collection.getRequiredPeerCount();
        if (eligible.size() < required) {
          return Optional.of(
              "could not build private data dissemination plan for chaincode "
                  + namespace.getNamespace()
                  + " and collection "
                  + written.getCollectionName()
                  + ": required to disseminate to at least "
                  + required
                  + " peers, but know of only "
                  + eligible.size()
                  + " eligible peers");
        }
        all.add(spread(channelId, collection, eligible, payload));
      }
    }
    return await(all);
  }

  private static Map<String, CollectionConfig> byName(CollectionConfigPackage configs) {
    Map<String, CollectionConfig> byName = new HashMap<>();
    for (CollectionConfig config : configs.getConfigList()) {
      byName.put(config.getStaticCollectionConfig().getName(), config);
    }
    return byName;
  }

  /// The other peers that are members of the collection, in random order.
  private List<ChannelMember> eligible(PeerChannel channel, StaticCollectionConfig collection) {
    List<ChannelMember> eligible = new ArrayList<>(gossip.view().channel(channel.id()));
    eligible.removeIf(membership.members(channel, collection).negate());
    Collections.shuffle(eligible);
    return eligible;
  }

  private Spreading spread(
      String channelId,
      StaticCollectionConfig collection,
      List<ChannelMember> eligible,
      PrivatePayload payload) {
    int required = collection.getRequiredPeerCount();
    List<ChannelMember> peers =
        Dissemination.of(
                eligible,
                peer -> peer.member().mspId(),
                Math.max(required, collection.getMaximumPeerCount()))
            .peers();
    BlockingQueue<Optional<String>> outcomes = new LinkedBlockingQueue<>();
    for (ChannelMember peer : peers) {
      if (sendings.tryAcquire()) {
        executor.execute(() -> {
          try {
            outcomes.add(send(channelId, peer, payload));
          } finally {
            sendings.release();
          }
        });
      } else {
        outcomes.add(Optional.of("too many private writes are being sent already"));
      }
    }
    return new Spreading(peers.size(), required, outcomes);
  }

  private static Optional<String> await(List<Spreading> all) {
    int failed = 0;
    int required = 0;
    try {
      for (Spreading each : all) {
        int taken = 0;
        for (int i = 0; i < each.peers() && taken < each.required(); i++) {
          taken += each.outcomes().take().isEmpty() ? 1 : 0;
        }
        failed += each.required() - taken;
        required += each.required();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("the peer stops");
    }
    return failed == 0
        ? Optional.empty()
        : Optional.of(
            "Failed disseminating "
                + failed
                + " out of "
                + required
                + " private dissemination plans");
  }

  /// @return why the peer has not taken it, empty if it has
  private Optional<String> send(String channelId, ChannelMember peer, PrivatePayload payload) {
    GossipMessage message =
        GossipMessage.newBuilder()
            .setChannel(ByteString.copyFromUtf8(channelId))
            .setTag(GossipMessage.Tag.CHAN_ONLY)
            .setPrivateData(PrivateDataMessage.newBuilder().setPayload(payload))
            .build();
    Optional<String> refusal;
    try {
      refusal =
          switch (gossip.communication().request(GossipNode.address(peer), message, patience)) {
            case Answer.Missing(String reason) -> Optional.of(reason);
            case Answer.Received(GossipMessage answer) ->
                !answer.hasAck()
                    ? Optional.of("the peer answers with " + answer.getContentCase())
                    : Optional.of(answer.getAck().getError()).filter(error -> !error.isEmpty());
          };
    } catch (InterruptedException e) {
      return Optional.of("the peer stops");
    }
    refusal.ifPresent(reason ->
        LOG.warn(
            "[channel: {}] Failed disseminating private data of transaction {}, collection {} to"
                + " {}: {}",
            channelId,
            payload.getTxId(),
            payload.getCollectionName(),
            peer.member().preferredEndpoint(),
            reason));
    return refusal;
  }

  private void receive(Incoming incoming) {
    PrivatePayload payload = incoming.message().getPrivateData().getPayload();
    Optional<String> refusal =
        take(incoming.channelId(), incoming.from().identity().serialized(), payload);
    refusal.ifPresent(reason ->
        LOG.warn(
            "Private data of transaction {} from {} is not kept: {}",
            payload.getTxId(),
            incoming.from(),
            reason));
    if (!incoming.acknowledge(refusal)) {
      LOG.warn("{} does not hear that its private data has come", incoming.from());
    }
  }

  /// @return why it is not taken, empty if it is kept
  private Optional<String> take(String channelId, ByteString from, PrivatePayload payload) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (channel.isEmpty()) {
      return Optional.of("channel '" + channelId + "' not found");
    }
    if (!(channel.get().config().msps().identity(from) instanceof IdentityOutcome.Accepted)) {
      return Optional.of("the sender is not a member of the channel");
    }
    if (payload.getTxId().isEmpty()
        || payload.getNamespace().isEmpty()
        || payload.getCollectionName().isEmpty()) {
      return Optional.of("malformed private data message");
    }
    TxPvtReadWriteSetWithConfigInfo writes =
        TxPvtReadWriteSetWithConfigInfo.newBuilder()
            .setEndorsedAt(payload.getPrivateSimHeight())
            .setPvtRwset(
                TxPvtReadWriteSet.newBuilder()
                    .setDataModel(TxReadWriteSet.DataModel.KV)
                    .addNsPvtRwset(
                        NsPvtReadWriteSet.newBuilder()
                            .setNamespace(payload.getNamespace())
                            .addCollectionPvtRwset(
                                CollectionPvtReadWriteSet.newBuilder()
                                    .setCollectionName(payload.getCollectionName())
                                    .setRwset(payload.getPrivateRwset()))))
            .putCollectionConfigs(payload.getNamespace(), payload.getCollectionConfigs())
            .build();
    channel.get().staged().persist(payload.getTxId(), payload.getPrivateSimHeight(), writes);
    return Optional.empty();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
