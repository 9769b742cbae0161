package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.deliver.DeliverChannel;
import io.denim.deliver.DeliverHandler;
import io.denim.deliver.PeerDeliverService;
import io.denim.endorse.Endorser;
import io.denim.endorse.EndorserService;
import io.denim.gateway.CommitNotifier;
import io.denim.gateway.DiscoveryService;
import io.denim.gateway.GatewayChannel;
import io.denim.gateway.GatewayPorts;
import io.denim.gateway.GatewayService;
import io.denim.gateway.GatewaySettings;
import io.denim.gateway.SelfMembership;
import io.denim.gossip.GossipNode;
import io.denim.node.CertificateMonitor;
import io.denim.node.NodeOperations;
import io.denim.wire.Caller;
import io.denim.wire.ConcurrencyLimit;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsConfigurationException;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// What a peer serves to clients and operators.
final class PeerServices {
  private static final Duration READER_PATIENCE = Duration.ofMinutes(10);

  private final PeerSettings settings;
  private final PeerNode.Environment environment;
  private final Subject subject;

  /// What the services are over.
  ///
  /// @param shown takes the hash of the TLS certificate that is shown to who connects
  record Subject(
      PeerIdentity identity,
      PeerChannels channels,
      CollectionMembership membership,
      Endorser endorser,
      PeerChaincodes chaincodes,
      CommitNotifier commits,
      GossipNode gossip,
      AtomicReference<Optional<ByteString>> shown) {}

  PeerServices(PeerSettings settings, PeerNode.Environment environment, Subject subject) {
    this.settings = settings;
    this.environment = environment;
    this.subject = subject;
  }

  /// Starts the listeners.
  ///
  /// @throws IOException if an address cannot be bound
  void start(ClosingStack parts) throws IOException, TlsConfigurationException {
    List<BindableService> services = new ArrayList<>();
    services.add(new EndorserService(subject.endorser()));
    services.add(subject.gossip().service());
    services.add(
        new PeerDeliverService(
            deliver(), new PeerPrivateBlockData(subject.channels(), subject.membership())));
    services.add(new SnapshotService(subject.channels(), subject.channels().access()));
    GatewayPorts ports = ports();
    PeerSettings.Discovery discovery = settings.gateway().discovery();
    if (discovery.enabled()) {
      services.add(
          new DiscoveryService(
              subject.identity().signing().serialized(),
              ports,
              subject.identity().own(discovery.openToMembers())));
    }
    if (settings.gateway().enabled()) {
      services.add(
          parts.add(
              new GatewayService(
                  subject.identity().signing().identity(),
                  ports,
                  subject.commits(),
                  new GatewaySettings(
                      settings.gateway().endorsementTimeout(),
                      settings.gateway().broadcastTimeout()))));
    }
    GrpcServer server =
        parts.add(
            GrpcServer.start(
                new GrpcServer.Settings(
                    settings.grpc().listener().address(),
                    settings.grpc().listener().tls(),
                    Duration.ofSeconds(5),
                    settings.grpc().keepalive(),
                    settings.grpc().maxMessageBytes(),
                    Optional.of(environment.metrics())),
                services,
                List.of(Caller.interceptor(), limits())));
    CertificateMonitor certificates = startOperations(parts).certificates();
    certificates.watch(
        "enrollment", subject.identity().signing().identity().certificate().notAfter());
    certificates.watch(
        "server TLS",
        settings.grpc().listener(),
        tls -> {
          server.reload(tls);
          subject.shown().set(Optional.of(tls.keyPair().certificateHash()));
        });
    settings
        .grpc()
        .clientKeyPair()
        .ifPresent(client -> certificates.watch("client TLS", client.expires()));
  }

  private DeliverHandler deliver() {
    boolean mutualTls =
        settings
            .grpc()
            .listener()
            .tls()
            .filter(tls -> tls.clientAuth() == ServerTls.ClientAuth.REQUIRED)
            .isPresent();
    return new DeliverHandler(
        channelId -> subject.channels().channel(channelId).map(DeliverChannel.class::cast),
        new DeliverHandler.Settings(
            settings.limits().timeWindow(),
            mutualTls,
            READER_PATIENCE,
            environment.clock(),
            environment.metrics()));
  }

  private GatewayPorts ports() {
    SelfMembership self =
        new SelfMembership(
            subject.identity().signing(),
            settings.self().externalEndpoint().orElse(""),
            channelId ->
                subject
                    .channels()
                    .channel(channelId)
                    .map(channel ->
                        new SelfMembership.OwnState(
                            channel.height(), channel.runnableChaincodes())),
            environment.clock());
    return new GatewayPorts(
        channelId -> subject.channels().channel(channelId).map(GatewayChannel.class::cast),
        subject.endorser()::process,
        new GossipMembership(self, subject.gossip()::view),
        new NodeDialer(settings.grpc()),
        subject.chaincodes().runtime()::isSystemChaincode);
  }

  private ConcurrencyLimit limits() {
    return new ConcurrencyLimit(
        Map.of(
            "protos.Endorser", settings.limits().endorser(),
            "protos.Deliver", settings.limits().deliver(),
            "gateway.Gateway", settings.limits().gateway()));
  }

  private NodeOperations startOperations(ClosingStack parts) throws IOException {
    NodeOperations operations =
        parts.add(
            NodeOperations.start(
                settings.operations(),
                new NodeOperations.Subject(
                    environment.version(),
                    environment.metrics(),
                    environment.logging(),
                    environment.clock())));
    operations.check("channels", this::failedChannel);
    return operations;
  }

  private Optional<String> failedChannel() {
    for (PeerChannel channel : subject.channels().all()) {
      Optional<String> failure = channel.failure();
      if (failure.isPresent()) {
        return Optional.of(channel.id() + ": " + failure.get());
      }
    }
    return Optional.empty();
  }
}
