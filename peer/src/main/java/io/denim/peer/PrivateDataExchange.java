package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.endorse.PrivateDataDistributor;
import io.denim.gossip.Dissemination;
import io.denim.gossip.GossipNode;
import io.denim.gossip.comm.Answer;
import io.denim.gossip.comm.Incoming;
import io.denim.gossip.core.ChannelMember;
import io.denim.identity.IdentityOutcome;
import io.denim.policy.Policy;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.SignaturePolicies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
/// that others send, and sends its own to other members of their collections (fabric v3.1.5
/// gossip/privdata/distributor.go, gossip/state/state.go). Safe for use by any thread.
final class PrivateDataExchange implements PrivateDataDistributor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateDataExchange.class);

  private final PeerChannels channels;
  private final GossipNode gossip;
  private final Duration patience;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /// @param patience how long another peer may take to acknowledge
  PrivateDataExchange(PeerChannels channels, GossipNode gossip, Duration patience) {
    this.channels = channels;
    this.gossip = gossip;
    this.patience = patience;
    gossip.communication().handle(GossipMessage.ContentCase.PRIVATE_DATA, "", this::receive);
  }

  @Override
  public Optional<String> distribute(
      String channelId, String txId, TxPvtReadWriteSetWithConfigInfo writes) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (channel.isEmpty()) {
      return Optional.of("channel '" + channelId + "' not found");
    }
    channel.get().staged().persist(txId, writes.getEndorsedAt(), writes);
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
        Optional<String> failure =
            disseminate(channel.get().config(), config.getStaticCollectionConfig(), payload);
        if (failure.isPresent()) {
          return failure;
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, CollectionConfig> byName(CollectionConfigPackage configs) {
    Map<String, CollectionConfig> byName = new HashMap<>();
    for (CollectionConfig config : configs.getConfigList()) {
      byName.put(config.getStaticCollectionConfig().getName(), config);
    }
    return byName;
  }

  private Optional<String> disseminate(
      ChannelConfig config, StaticCollectionConfig collection, PrivatePayload payload) {
    List<ChannelMember> eligible = eligible(config, collection);
    int required = collection.getRequiredPeerCount();
    if (eligible.size() < required) {
      return Optional.of(
          "required to disseminate to at least "
              + required
              + " peers, but know of only "
              + eligible.size()
              + " eligible peers");
    }
    Dissemination<ChannelMember> plan =
        Dissemination.of(
            eligible,
            peer -> peer.member().mspId(),
            required,
            Math.max(required, collection.getMaximumPeerCount()));
    List<Future<Optional<String>>> sendings = new ArrayList<>();
    for (ChannelMember peer : plan.peers()) {
      sendings.add(executor.submit(() -> send(config.channelId(), peer, payload)));
    }
    int taken = 0;
    for (Future<Optional<String>> sending : sendings) {
      taken += isTaken(sending, payload) ? 1 : 0;
    }
    return taken >= required
        ? Optional.empty()
        : Optional.of(
            "failed disseminating "
                + (required - taken)
                + " out of "
                + required
                + " private dissemination plans");
  }

  private static boolean isTaken(Future<Optional<String>> sending, PrivatePayload payload) {
    try {
      Optional<String> refusal = sending.get();
      refusal.ifPresent(reason ->
          LOG.warn(
              "Failed disseminating private data of transaction {}: {}",
              payload.getTxId(),
              reason));
      return refusal.isEmpty();
    } catch (ExecutionException e) {
      LOG.warn("Failed disseminating private data", e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// The other peers that are members of the collection.
  private List<ChannelMember> eligible(ChannelConfig config, StaticCollectionConfig collection) {
    Policy members;
    try {
      members =
          SignaturePolicies.compile(
              collection.getMemberOrgsPolicy().getSignaturePolicy(), config.msps());
    } catch (PolicyConfigException e) {
      LOG.error("Collection {} has no usable policy: {}", collection.getName(), e.getMessage());
      return List.of();
    }
    List<ChannelMember> eligible = new ArrayList<>();
    for (ChannelMember peer : gossip.view().channel(config.channelId())) {
      switch (config.msps().identity(peer.member().identity())) {
        case IdentityOutcome.Accepted(var identity) -> {
          if (members.evaluateIdentities(List.of(identity)).satisfied()) {
            eligible.add(peer);
          }
        }
        case IdentityOutcome.Refused _ -> {}
      }
    }
    return eligible;
  }

  private Optional<String> send(String channelId, ChannelMember peer, PrivatePayload payload)
      throws InterruptedException {
    GossipMessage message =
        GossipMessage.newBuilder()
            .setChannel(ByteString.copyFromUtf8(channelId))
            .setTag(GossipMessage.Tag.CHAN_ONLY)
            .setPrivateData(PrivateDataMessage.newBuilder().setPayload(payload))
            .build();
    return switch (gossip.communication().request(GossipNode.address(peer), message, patience)) {
      case Answer.Missing(String reason) -> Optional.of(reason);
      case Answer.Received(GossipMessage answer) ->
          !answer.hasAck()
              ? Optional.of("the peer answers with " + answer.getContentCase())
              : Optional.of(answer.getAck().getError()).filter(error -> !error.isEmpty());
    };
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
