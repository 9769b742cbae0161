package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.endorse.PrivateDataDistributor;
import io.denim.gateway.Dialer;
import io.denim.gossip.Dissemination;
import io.denim.gossip.PrivateDataIntake;
import io.denim.gossip.PrivateDataSender;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.Msp;
import io.denim.policy.Policy;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.SignaturePolicies;
import io.denim.wire.TlsConfigurationException;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
final class PrivateDataExchange
    implements PrivateDataDistributor, PrivateDataIntake, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateDataExchange.class);

  private final PeerChannels channels;
  private final List<PeerNode.Neighbour> neighbours;
  private final PrivateDataSender sender;
  private final Dialer dialer;
  private final Map<String, ManagedChannel> connections = new ConcurrentHashMap<>();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  PrivateDataExchange(
      PeerChannels channels,
      List<PeerNode.Neighbour> neighbours,
      PrivateDataSender sender,
      Dialer dialer) {
    this.channels = channels;
    this.neighbours = List.copyOf(neighbours);
    this.sender = sender;
    this.dialer = dialer;
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
    List<PeerNode.Neighbour> eligible = eligible(config, collection);
    int required = collection.getRequiredPeerCount();
    if (eligible.size() < required) {
      return Optional.of(
          "required to disseminate to at least "
              + required
              + " peers, but know of only "
              + eligible.size()
              + " eligible peers");
    }
    Dissemination<PeerNode.Neighbour> plan =
        Dissemination.of(
            eligible,
            PeerNode.Neighbour::mspId,
            required,
            Math.max(required, collection.getMaximumPeerCount()));
    List<Future<Optional<String>>> sendings = new ArrayList<>();
    for (PeerNode.Neighbour peer : plan.peers()) {
      sendings.add(executor.submit(() -> send(config, peer, payload)));
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
  private List<PeerNode.Neighbour> eligible(
      ChannelConfig config, StaticCollectionConfig collection) {
    Policy members;
    try {
      members =
          SignaturePolicies.compile(
              collection.getMemberOrgsPolicy().getSignaturePolicy(), config.msps());
    } catch (PolicyConfigException e) {
      LOG.error("Collection {} has no usable policy: {}", collection.getName(), e.getMessage());
      return List.of();
    }
    List<PeerNode.Neighbour> eligible = new ArrayList<>();
    for (PeerNode.Neighbour peer : neighbours) {
      switch (config.msps().identity(peer.identity())) {
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

  private Optional<String> send(
      ChannelConfig config, PeerNode.Neighbour peer, PrivatePayload payload) {
    ManagedChannel connection = connections.get(peer.endpoint());
    if (connection == null) {
      try {
        ManagedChannel made = dialer.peer(peer.endpoint(), tlsRoots(config, peer.mspId()));
        ManagedChannel first = connections.putIfAbsent(peer.endpoint(), made);
        if (first != null) {
          made.shutdown();
        }
        connection = first == null ? made : first;
      } catch (TlsConfigurationException e) {
        return Optional.of("cannot connect: " + e.getMessage());
      }
    }
    return sender.send(connection, peer.identity(), config.channelId(), payload);
  }

  private static List<ByteString> tlsRoots(ChannelConfig config, String mspId) {
    Optional<Msp> msp = config.msps().msp(mspId);
    List<ByteString> roots = new ArrayList<>();
    if (msp.isPresent()) {
      roots.addAll(msp.get().tlsRootCertificates());
      roots.addAll(msp.get().tlsIntermediateCertificates());
    }
    return roots;
  }

  @Override
  public Optional<String> take(String channelId, ByteString from, PrivatePayload payload) {
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
    connections.values().forEach(ManagedChannel::shutdownNow);
  }
}
