package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.consensus.Message;
import io.denim.deliver.BlockFeed;
import io.denim.deliver.FeedTiming;
import io.denim.identity.EnvelopeSigner;
import io.denim.order.ChainSupport;
import io.denim.order.Submission;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.ConsensusRequest;
import org.hyperledger.fabric.protos.orderer.StepRequest;
import org.hyperledger.fabric.protos.orderer.SubmitRequest;
import org.hyperledger.fabric.protos.orderer.etcdraft.ClusterMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The other orderers of one channel over Fabric's cluster service (fabric v3.1.5
/// orderer/common/cluster/comm.go, rpc.go). Connections are mutually authenticated and follow the
/// channel's configuration. `configure` and `active` are the chain's thread's; everything else is
/// safe for use by any thread.
final class GrpcCluster implements Cluster {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.common.cluster");
  private static final int HAND_OVER_ATTEMPTS = 5;

  /// A consenter without its blocks is of no use, so that it waits for nobody as long as a peer
  /// may.
  private static final FeedTiming PULL_TIMING =
      new FeedTiming(
          Duration.ofSeconds(3),
          Duration.ofMillis(100),
          Duration.ofSeconds(2),
          Duration.ofHours(1),
          Duration.ofSeconds(5));

  private final String channelId;
  private final long self;
  private final Own own;
  private final ChainSupport support;
  private final RaftInbox inbox;
  private final Map<Long, Connected> remotes = new ConcurrentHashMap<>();
  private final Map<Long, ByteString> told = new ConcurrentHashMap<>();
  private volatile Map<ByteString, Long> members = Map.of();
  private volatile ByteString metadata = ByteString.EMPTY;
  private volatile String ownAddress = "";
  private final AtomicReference<@Nullable BlockFeed> pulling = new AtomicReference<>();
  private volatile boolean closed;

  /// Who this node is to the others.
  record Own(
      TlsKeyPair keyPair, EnvelopeSigner signer, ClusterOptions options, ClusterMetrics metrics) {}

  /// A connection and what it was made from.
  private record Connected(Consenter consenter, ClientTls tls, Remote remote) {}

  GrpcCluster(String channelId, long self, Own own, ChainSupport support, RaftInbox inbox) {
    this.channelId = channelId;
    this.self = self;
    this.own = own;
    this.support = support;
    this.inbox = inbox;
  }

  /// The member whose client certificate has this public key; null for a stranger.
  @Nullable Long memberOf(ByteString publicKey) {
    return members.get(publicKey);
  }

  @Override
  public void configure(Map<Long, Consenter> configured) {
    Map<ByteString, Long> keys = new HashMap<>();
    ClientTls tls = OrdererTls.client(support.config(), own.keyPair());
    configured.forEach((id, consenter) -> {
      try {
        keys.put(OrdererTls.publicKey(consenter.getClientTlsCert()), id);
      } catch (CertificateException e) {
        LOG.warn(
            "[channel: {}] the client certificate of node {} does not parse: {}",
            channelId,
            id,
            e.getMessage());
      }
      if (id == self) {
        ownAddress = consenter.getHost() + ":" + consenter.getPort();
      } else {
        connect(id, consenter, tls);
      }
    });
    members = Map.copyOf(keys);
    for (long id : remotes.keySet()) {
      if (!configured.containsKey(id)) {
        LOG.info("[channel: {}] node {} is no longer a member", channelId, id);
        disconnect(id);
      }
    }
  }

  private void connect(long id, Consenter consenter, ClientTls tls) {
    Connected existing = remotes.get(id);
    if (closed
        || (existing != null
            && existing.consenter().equals(consenter)
            && existing.tls().equals(tls))) {
      return;
    }
    disconnect(id);
    String address = consenter.getHost() + ":" + consenter.getPort();
    try {
      Remote remote =
          new Remote(
              id + "(" + address + ")",
              GrpcClient.channel(address, Optional.of(tls)),
              own.options(),
              own.metrics().destination(address, channelId));
      remotes.put(id, new Connected(consenter, tls, remote));
    } catch (TlsConfigurationException e) {
      LOG.error(
          "[channel: {}] cannot connect to node {} at {}: {}",
          channelId,
          id,
          address,
          e.getMessage());
    }
  }

  private void disconnect(long id) {
    Connected gone = remotes.remove(id);
    told.remove(id);
    if (gone != null) {
      gone.remote().close();
    }
  }

  @Override
  public void active(Collection<Long> nodes) {
    metadata =
        ClusterMetadata.newBuilder().addAllActiveNodes(new TreeSet<>(nodes)).build().toByteString();
  }

  @Override
  public void send(Message message) {
    long to = message.to();
    boolean snapshot = message instanceof Message.Install;
    Connected connected = remotes.get(to);
    if (connected == null) {
      inbox.offer(new RaftInbox.Event.Delivery(to, snapshot, false));
      return;
    }
    ConsensusRequest.Builder request =
        ConsensusRequest.newBuilder()
            .setChannel(channelId)
            .setPayload(RaftMessages.encode(message).toByteString());
    ByteString news = metadata;
    if (!news.equals(told.getOrDefault(to, ByteString.EMPTY))) {
      told.put(to, news);
      request.setMetadata(news);
    }
    connected
        .remote()
        .send(
            new Remote.Outgoing(
                StepRequest.newBuilder().setConsensusRequest(request).build(),
                arrived -> report(to, snapshot, arrived)));
  }

  private void report(long to, boolean snapshot, boolean arrived) {
    if (snapshot || !arrived) {
      inbox.offer(new RaftInbox.Event.Delivery(to, snapshot, arrived));
    }
  }

  @Override
  public Submission forward(long leader, Envelope envelope, long configSequence)
      throws InterruptedException {
    Connected connected = remotes.get(leader);
    if (connected == null) {
      return new Submission.Unavailable("there is no connection to the leader, node " + leader);
    }
    StepRequest request =
        StepRequest.newBuilder()
            .setSubmitRequest(
                SubmitRequest.newBuilder()
                    .setChannel(channelId)
                    .setLastValidationSeq(configSequence)
                    .setPayload(envelope))
            .build();
    return connected.remote().forward(request)
        ? new Submission.Accepted()
        : new Submission.Unavailable("the leader, node " + leader + ", cannot be reached");
  }

  @Override
  public void handOver(long leader, Envelope envelope, long configSequence) {
    Thread.startVirtualThread(() -> {
      try {
        for (int attempt = 1; attempt <= HAND_OVER_ATTEMPTS && !closed; attempt++) {
          switch (forward(leader, envelope, configSequence)) {
            case Submission.Accepted accepted -> {
              LOG.warn("Reconfiguration transaction forwarded successfully");
              return;
            }
            case Submission.Unavailable(String reason) ->
                LOG.warn("Reconfiguration transaction forwarding failed, error: {}", reason);
          }
        }
      } catch (InterruptedException e) {
        LOG.debug("the handing over of a configuration was interrupted");
      }
    });
  }

  @Override
  public void findNewestConfig(LongConsumer found) {
    Thread.startVirtualThread(() -> {
      try {
        new NewestConfig(channelId, own.keyPair(), own.signer())
            .find(support.config())
            .ifPresent(found);
      } catch (InterruptedException e) {
        LOG.debug("the search for the newest config block was interrupted");
      }
    });
  }

  @Override
  public void pull(long from, long to) {
    BlockPull pull = new BlockPull(support, inbox, from, to, ownAddress);
    var connection = new BlockFeed.Connection(true, Optional.of(own.keyPair()));
    BlockFeed feed = new BlockFeed(channelId, pull, own.signer(), connection, PULL_TIMING);
    replacePull(feed);
    feed.start();
    if (closed) { // meanwhile, by another thread
      endPull();
    }
  }

  @Override
  public void endPull() {
    replacePull(null);
  }

  private void replacePull(@Nullable BlockFeed next) {
    BlockFeed ended = pulling.getAndSet(next);
    if (ended != null) {
      ended.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    endPull();
    for (long id : remotes.keySet()) {
      disconnect(id);
    }
  }
}
