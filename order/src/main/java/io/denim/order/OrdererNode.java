package io.denim.order;

import io.denim.channelconfig.ConsensusType;
import io.denim.deliver.BlockFeed;
import io.denim.deliver.DeliverChannel;
import io.denim.deliver.DeliverHandler;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.node.CertificateMonitor;
import io.denim.node.HttpService;
import io.denim.node.Listener;
import io.denim.node.Logging;
import io.denim.node.NodeOperations;
import io.denim.order.etcdraft.EtcdRaftConsenter;
import io.denim.wire.Caller;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsConfigurationException;
import io.grpc.BindableService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An orderer: its channels and the services over them. Everything is wired here, and nowhere else.
public final class OrdererNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OrdererNode.class);
  private static final Duration READER_PATIENCE = Duration.ofMinutes(10);

  private final ChannelRegistrar registrar;
  private final GrpcServer grpc;
  private final Optional<GrpcServer> clusterServer;
  private final Optional<HttpService> admin;
  private final NodeOperations operations;

  /// What nodes of one process may share.
  public record Environment(
      SignatureVerifier verifier,
      InstantSource clock,
      Metrics metrics,
      Logging logging,
      String version) {}

  private OrdererNode(
      ChannelRegistrar registrar,
      GrpcServer grpc,
      Optional<GrpcServer> clusterServer,
      Optional<HttpService> admin,
      NodeOperations operations) {
    this.registrar = registrar;
    this.grpc = grpc;
    this.clusterServer = clusterServer;
    this.admin = admin;
    this.operations = operations;
  }

  /// Opens the node's channels and serves; returns when it is ready.
  ///
  /// @throws IOException if an address cannot be bound
  /// @throws MspConfigException if the node's own MSP is not usable
  public static OrdererNode start(OrdererSettings settings, Environment environment)
      throws IOException, MspConfigException, TlsConfigurationException {
    LocalMsp msp =
        LocalMsp.load(
            settings.msp().directory(),
            settings
                .msp()
                .keystore()
                .orElseGet(() -> settings.msp().directory().resolve("keystore")),
            settings.msp().mspId(),
            environment.verifier(),
            environment.clock());
    EnvelopeSigner signer = new EnvelopeSigner(msp.signingIdentity(), environment.clock());
    WaitingBytes room = WaitingBytes.customary();
    EtcdRaftConsenter raft = raft(settings, signer, environment, room);
    ChannelRegistrar registrar =
        ChannelRegistrar.open(
            new ChannelRegistrar.Node(
                settings.storage().ledger(),
                new MessageProcessor(
                    msp.signingIdentity(),
                    environment.verifier(),
                    environment.clock(),
                    settings.access().expirationChecked()),
                new BlockSigner(signer),
                environment.verifier(),
                Map.of(SoloConsenter.TYPE, new SoloConsenter(room), ConsensusType.ETCD_RAFT, raft),
                new ChannelRegistrar.Following(
                    signer,
                    new BlockFeed.Connection(
                        settings.grpc().listener().tls().isPresent(),
                        settings.grpc().listener().tls().map(ServerTls::keyPair)))));
    try {
      return serve(
          settings,
          environment,
          registrar,
          raft.service(),
          msp.signingIdentity().identity().certificate().notAfter());
    } catch (IOException | TlsConfigurationException | RuntimeException e) {
      registrar.close();
      throw e;
    }
  }

  private static EtcdRaftConsenter raft(
      OrdererSettings settings, EnvelopeSigner signer, Environment environment, WaitingBytes room) {
    OrdererSettings.Cluster cluster = settings.cluster();
    Optional<ServerTls> server =
        cluster.listener().flatMap(Listener::tls).or(() -> settings.grpc().listener().tls());
    Optional<EtcdRaftConsenter.Tls> tls =
        server.map(each ->
            new EtcdRaftConsenter.Tls(
                each.keyPair().certificateChain(), cluster.client().orElse(each.keyPair())));
    return new EtcdRaftConsenter(
        new EtcdRaftConsenter.Settings(
            settings.storage().wal(),
            settings.storage().snapshots(),
            tls,
            cluster.evictionSuspicion(),
            cluster.tickOverride(),
            cluster.options()),
        signer,
        environment.metrics(),
        environment.clock(),
        new EtcdRaftConsenter.Room(room, WaitingBytes.customary()));
  }

  private static OrdererNode serve(
      OrdererSettings settings,
      Environment environment,
      ChannelRegistrar registrar,
      BindableService cluster,
      Instant enrollmentExpires)
      throws IOException, TlsConfigurationException {
    boolean mutualTls =
        settings
            .grpc()
            .listener()
            .tls()
            .filter(tls -> tls.clientAuth() == ServerTls.ClientAuth.REQUIRED)
            .isPresent();
    DeliverHandler deliver =
        new DeliverHandler(
            channelId -> registrar.channel(channelId).map(DeliverChannel.class::cast),
            new DeliverHandler.Settings(
                settings.access().timeWindow(),
                mutualTls,
                READER_PATIENCE,
                environment.clock(),
                environment.metrics()));
    Optional<Listener> own = settings.cluster().listener();
    var broadcast =
        new AtomicBroadcastService(
            registrar::channel, deliver, BroadcastMetrics.of(environment.metrics()));
    GrpcServer grpc =
        listen(
            settings,
            environment.metrics(),
            settings.grpc().listener(),
            own.isPresent() ? List.of(broadcast) : List.of(broadcast, cluster));
    Optional<GrpcServer> clusterServer = Optional.empty();
    Optional<HttpService> admin = Optional.empty();
    try {
      if (own.isPresent()) {
        clusterServer =
            Optional.of(listen(settings, environment.metrics(), own.get(), List.of(cluster)));
      }
      admin = admin(settings, environment, registrar);
      NodeOperations operations =
          NodeOperations.start(
              settings.operations(),
              new NodeOperations.Subject(
                  environment.version(),
                  environment.metrics(),
                  environment.logging(),
                  environment.clock()));
      ParticipationMetrics.register(environment.metrics(), registrar);
      CertificateMonitor certificates = operations.certificates();
      certificates.watch("enrollment", enrollmentExpires);
      certificates.watch("server TLS", settings.grpc().listener(), grpc::reload);
      if (clusterServer.isPresent()) {
        certificates.watch("cluster TLS", own.get(), clusterServer.get()::reload);
      }
      if (admin.isPresent() && settings.admin().isPresent()) {
        certificates.watch("admin TLS", settings.admin().get().listener(), admin.get()::reload);
      }
      settings
          .cluster()
          .client()
          .ifPresent(client -> certificates.watch("client TLS", client.expires()));
      LOG.info("Beginning to serve requests");
      return new OrdererNode(registrar, grpc, clusterServer, admin, operations);
    } catch (IOException | RuntimeException e) {
      admin.ifPresent(HttpService::close);
      clusterServer.ifPresent(GrpcServer::close);
      grpc.close();
      throw e;
    }
  }

  private static GrpcServer listen(
      OrdererSettings settings, Metrics metrics, Listener listener, List<BindableService> services)
      throws IOException, TlsConfigurationException {
    return GrpcServer.start(
        new GrpcServer.Settings(
            listener.address(),
            listener.tls(),
            Duration.ofSeconds(5),
            settings.grpc().keepalive(),
            settings.grpc().maxMessageBytes(),
            Optional.of(metrics)),
        services,
        List.of(Caller.interceptor()));
  }

  private static Optional<HttpService> admin(
      OrdererSettings settings, Environment environment, ChannelRegistrar registrar)
      throws IOException {
    if (settings.admin().isEmpty()) {
      return Optional.empty();
    }
    OrdererSettings.Admin admin = settings.admin().get();
    ParticipationApi api =
        new ParticipationApi(
            registrar, new JoinBlocks(environment.verifier()), admin.maxRequestBytes());
    HttpService http = HttpService.bind(admin.listener().address(), admin.listener().tls());
    http.handle(ParticipationApi.BASE, true, api::handle);
    http.start();
    return Optional.of(http);
  }

  /// The gRPC port, which differs from the configured one if that was 0.
  public int port() {
    return grpc.port();
  }

  /// Where the channel participation API listens, if it does.
  public Optional<InetSocketAddress> adminAddress() {
    return admin.map(HttpService::address);
  }

  /// Stops serving, then closes the channels.
  @Override
  public void close() {
    grpc.close();
    clusterServer.ifPresent(GrpcServer::close);
    admin.ifPresent(HttpService::close);
    operations.close();
    registrar.close();
  }
}
