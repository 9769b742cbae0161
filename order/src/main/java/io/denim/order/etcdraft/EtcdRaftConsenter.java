package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.consensus.RaftOptions;
import io.denim.identity.EnvelopeSigner;
import io.denim.metrics.Metrics;
import io.denim.node.GoDuration;
import io.denim.order.Chain;
import io.denim.order.ChainSupport;
import io.denim.order.ChannelException;
import io.denim.order.Consenter;
import io.denim.order.WaitingBytes;
import io.denim.wire.Sha256;
import io.denim.wire.TlsKeyPair;
import io.grpc.BindableService;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Options;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ordering by Raft (fabric v3.1.5 orderer/consensus/etcdraft/consenter.go). A node finds itself
/// among a channel's consenters by the public key of its own TLS certificate.
public final class EtcdRaftConsenter implements Consenter {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");
  private static final long LEAST_UNCOMMITTED_BYTES = 256L << 20;
  private static final long MAX_UNCOMMITTED_BYTES =
      Math.max(LEAST_UNCOMMITTED_BYTES, Runtime.getRuntime().maxMemory() / 4);

  private final Settings settings;
  private final EnvelopeSigner signer;
  private final Metrics metrics;
  private final InstantSource clock;
  private final ClusterService service;
  private final Room room;

  /// How this node shows itself to the other orderers.
  ///
  /// @param server the certificate by which a channel's configuration knows it, in PEM
  /// @param client what it connects to them with
  public record Tls(ByteString server, TlsKeyPair client) {}

  /// What orderer.yaml says of Raft and of the cluster.
  ///
  /// @param logs the folder of all channels' logs, `etcdraft/wal`
  /// @param snapshots where a Fabric orderer keeps its snapshots, `etcdraft/snapshot`
  /// @param tls absent on a node without TLS, which can only be a channel's sole consenter
  /// @param evictionSuspicion how long without a leader before this node asks whether it was
  ///   removed
  /// @param tickOverride in place of the channels' own tick intervals
  public record Settings(
      Path logs,
      Path snapshots,
      Optional<Tls> tls,
      Duration evictionSuspicion,
      Optional<Duration> tickOverride,
      ClusterOptions cluster) {
    /// Fabric's defaults for everything else.
    public static Settings of(Path folder, Optional<Tls> tls) {
      return new Settings(
          folder,
          folder.resolveSibling(folder.getFileName() + "-snapshot"),
          tls,
          DEFAULT_EVICTION_SUSPICION,
          Optional.empty(),
          ClusterOptions.DEFAULT);
    }
  }

  /// Ten minutes, as in Fabric.
  public static final Duration DEFAULT_EVICTION_SUSPICION = Duration.ofMinutes(10);

  /// How many bytes may wait in all channels.
  ///
  /// @param clients of envelopes that are in no block yet
  /// @param cluster of other orderers' messages, apart from those, since they let clients' go on
  public record Room(WaitingBytes clients, WaitingBytes cluster) {}

  /// @param signer asks other orderers for blocks in this node's name
  public EtcdRaftConsenter(
      Settings settings, EnvelopeSigner signer, Metrics metrics, InstantSource clock, Room room) {
    this.settings = settings;
    this.room = room;
    this.signer = signer;
    this.metrics = metrics;
    this.clock = clock;
    this.service = new ClusterService(new ClusterMetrics(metrics).ingressStreams());
  }

  /// The service through which other orderers reach this node's chains.
  public BindableService service() {
    return service;
  }

  @Override
  public Chain chain(String channelId, ChainSupport support, ByteString lastMetadata)
      throws ChannelException {
    ConfigMetadata config = configOf(channelId, support);
    Membership membership = Membership.of(blockMetadata(channelId, lastMetadata), config);
    long id = self(channelId, membership);
    Duration tick = tick(channelId, config.getOptions());
    long number = support.lastBlock().getHeader().getNumber();
    List<Long> ids = membership.metadata().getConsenterIdsList();
    var setup =
        new RaftReplica.Setup(
            channelId,
            options(channelId, id, config.getOptions(), support),
            settings.tickOverride().orElse(tick),
            Integer.toUnsignedLong(config.getOptions().getSnapshotIntervalSize()),
            number == 0 || lastMetadata.isEmpty(),
            id == picked(channelId, ids.size()),
            settings.evictionSuspicion());
    RaftInbox inbox = new RaftInbox(room.clients().share(), room.cluster().share());
    if (settings.tls().isEmpty()) {
      return new EtcdRaftChain(
          setup, membership, ports(channelId, support, new NoCluster()), inbox, clock, chain -> {});
    }
    var own =
        new GrpcCluster.Own(
            settings.tls().get().client(), signer, settings.cluster(), new ClusterMetrics(metrics));
    GrpcCluster cluster = new GrpcCluster(channelId, id, own, support, inbox);
    var chain =
        new EtcdRaftChain(
            setup,
            membership,
            ports(channelId, support, cluster),
            inbox,
            clock,
            stopped -> service.remove(channelId, stopped));
    cluster.configure(membership.consenters());
    service.add(channelId, new ClusterService.Member(chain, cluster, inbox));
    return chain;
  }

  private RaftReplica.Ports ports(String channelId, ChainSupport support, Cluster cluster) {
    return new RaftReplica.Ports(
        support,
        cluster,
        RaftStore.open(settings.logs().resolve(channelId), settings.snapshots().resolve(channelId)),
        System::nanoTime,
        new Random(),
        RaftMetrics.of(metrics, channelId));
  }

  @Override
  public boolean isMember(ChannelConfig config) {
    try {
      ConfigMetadata metadata =
          ConfigMetadata.parseFrom(config.orderer().orElseThrow().consensus().metadata());
      Membership membership = Membership.of(BlockMetadata.getDefaultInstance(), metadata);
      return self(membership).isPresent();
    } catch (InvalidProtocolBufferException | CertificateException e) {
      LOG.warn(
          "Cannot tell whether this node orders channel {}: {}",
          config.channelId(),
          e.getMessage());
      return false;
    }
  }

  @Override
  public void forget(String channelId) {
    RaftStore.delete(settings.logs().resolve(channelId));
    RaftStore.delete(settings.snapshots().resolve(channelId));
  }

  private static ConfigMetadata configOf(String channelId, ChainSupport support)
      throws ChannelException {
    try {
      ConfigMetadata config =
          ConfigMetadata.parseFrom(support.config().orderer().orElseThrow().consensus().metadata());
      if (!config.hasOptions()) {
        throw invalid(channelId, "etcdraft options have not been provided");
      }
      return config;
    } catch (InvalidProtocolBufferException e) {
      throw invalid(channelId, "failed to unmarshal consensus metadata: " + e.getMessage());
    }
  }

  private static BlockMetadata blockMetadata(String channelId, ByteString stored)
      throws ChannelException {
    try {
      return BlockMetadata.parseFrom(stored);
    } catch (InvalidProtocolBufferException e) {
      throw invalid(channelId, "failed to read Raft metadata: " + e.getMessage());
    }
  }

  private static RaftOptions options(
      String channelId, long id, Options options, ChainSupport support) throws ChannelException {
    try {
      return new RaftOptions(
          id,
          options.getElectionTick(),
          options.getHeartbeatTick(),
          support.config().orderer().orElseThrow().batchSize().preferredMaxBytes(),
          options.getMaxInflightBlocks(),
          MAX_UNCOMMITTED_BYTES);
    } catch (IllegalArgumentException e) {
      throw invalid(channelId, String.valueOf(e.getMessage()));
    }
  }

  private static Duration tick(String channelId, Options options) throws ChannelException {
    try {
      Duration tick = GoDuration.parse(options.getTickInterval());
      if (tick.isPositive()) {
        return tick;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw invalid(
        channelId,
        "failed to parse TickInterval (" + options.getTickInterval() + ") to time duration");
  }

  private long self(String channelId, Membership membership) throws ChannelException {
    try {
      Optional<Long> self = self(membership);
      if (self.isEmpty()) {
        throw invalid(
            channelId,
            settings.tls().isEmpty()
                ? "TLS is required for running ordering nodes of cluster type etcdraft"
                : "this node is not one of the channel's consenters");
      }
      return self.get();
    } catch (CertificateException e) {
      throw invalid(channelId, "a consenter's TLS certificate does not parse: " + e.getMessage());
    }
  }

  private Optional<Long> self(Membership membership) throws CertificateException {
    if (settings.tls().isEmpty()) {
      return membership.consenters().size() == 1
          ? Optional.of(membership.consenters().keySet().iterator().next())
          : Optional.empty();
    }
    ByteString own = OrdererTls.publicKey(settings.tls().get().server());
    for (var entry : membership.consenters().entrySet()) {
      if (OrdererTls.publicKey(entry.getValue().getServerTlsCert()).equals(own)) {
        return Optional.of(entry.getKey());
      }
    }
    return Optional.empty();
  }

  /// Which node begins a new channel's first election: each knows it from the channel's name.
  private static long picked(String channelId, int nodes) {
    ByteString hash = Sha256.of(ByteString.copyFromUtf8(channelId));
    return Long.remainderUnsigned(varint(hash.substring(24)), nodes) + 1;
  }

  /// A protobuf varint at the beginning of some bytes; 0 if it does not end or is too large.
  private static long varint(ByteString bytes) {
    long value = 0;
    for (int i = 0; i < bytes.size() && i < 10; i++) {
      int part = bytes.byteAt(i) & 0xff;
      if (i == 9 && part > 1) {
        return 0;
      }
      value |= (long) (part & 0x7f) << (7 * i);
      if (part < 0x80) {
        return value;
      }
    }
    return 0;
  }

  private static ChannelException invalid(String channelId, String reason) {
    return new ChannelException(
        ChannelException.Kind.INVALID, "cannot take part in channel " + channelId + ": " + reason);
  }
}
