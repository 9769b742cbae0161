package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodeAuthority;
import io.denim.chaincode.ChaincodeRuntime;
import io.denim.chaincode.PackageStore;
import io.denim.chaincode.SystemChaincode;
import io.denim.chaincode.launch.ChaincodeLauncher;
import io.denim.chaincode.launch.LaunchSettings;
import io.denim.deliver.BlockFeed;
import io.denim.deliver.DeliverChannel;
import io.denim.deliver.DeliverHandler;
import io.denim.deliver.PeerDeliverService;
import io.denim.endorse.EndorsementChannel;
import io.denim.endorse.Endorser;
import io.denim.endorse.EndorserService;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerProvider;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.CollectionMembers;
import io.denim.lifecycle.ImplicitCollections;
import io.denim.lifecycle.LifecycleCache;
import io.denim.lifecycle.LifecycleChaincode;
import io.denim.lifecycle.RunnableChaincodes;
import io.denim.metrics.Metrics;
import io.denim.node.Logging;
import io.denim.node.OperationsServer;
import io.denim.validate.BlockValidator;
import io.denim.validate.Parallel;
import io.denim.wire.Caller;
import io.denim.wire.ConcurrencyLimit;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsConfigurationException;
import io.grpc.BindableService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A peer: its channels, its chaincodes and the services over them. Everything is wired here, and
/// nowhere else.
public final class PeerNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerNode.class);
  private static final Duration READER_PATIENCE = Duration.ofMinutes(10);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>(); // the last started first

  /// What nodes of one process may share, and what this one is told about others.
  ///
  /// @param neighbours peers that it knows of besides itself
  public record Environment(
      SignatureVerifier verifier,
      InstantSource clock,
      Metrics metrics,
      Logging logging,
      String version,
      List<Neighbour> neighbours) {
    public Environment {
      neighbours = List.copyOf(neighbours);
    }
  }

  /// Another peer.
  ///
  /// @param identity serialized
  /// @param endpoint `host:port`
  public record Neighbour(String mspId, ByteString identity, String endpoint) {}

  private PeerNode() {}

  /// Opens the peer's channels and serves; returns when it is ready.
  ///
  /// @throws IOException if an address cannot be bound or a directory not used
  /// @throws MspConfigException if the peer's own MSP is not usable
  /// @throws PeerException if a channel on disk is not usable
  public static PeerNode start(PeerSettings settings, Environment environment)
      throws IOException, MspConfigException, PeerException, TlsConfigurationException {
    PeerNode node = new PeerNode();
    try {
      node.wire(settings, environment);
      return node;
    } catch (IOException
        | MspConfigException
        | PeerException
        | TlsConfigurationException
        | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void wire(PeerSettings settings, Environment environment)
      throws IOException, MspConfigException, PeerException, TlsConfigurationException {
    LocalMsp msp =
        LocalMsp.load(
            settings.self().mspDirectory(),
            settings.self().mspId(),
            environment.verifier(),
            environment.clock());
    MspManager local = MspManager.of(List.of(msp.msp()));
    PeerChannels channels = new PeerChannels(new ProposalAccess(msp.msp(), local));
    ChaincodeDefinitions definitions =
        new ChaincodeDefinitions(channels, new ImplicitCollections(settings.self().mspId(), 0, 1));
    LedgerProvider ledgers =
        keep(
            LedgerProvider.open(
                new LedgerOptions(
                    settings.directory().resolve("ledgersData"),
                    settings.chaincode().history(),
                    LedgerOptions.BLOCK_FILE_SIZE),
                definitions));
    PackageStore packages = PackageStore.open(settings.directory().resolve("lifecycle/chaincodes"));
    LifecycleCache cache = new LifecycleCache(settings.self().mspId(), packages.list());
    CollectionMembership membership =
        new CollectionMembership(definitions, msp.signingIdentity().identity());
    ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    keep(workers::shutdown);
    ChannelStarter starter =
        keep(
            new ChannelStarter(
                new ChannelStarter.Node(
                    ledgers,
                    settings.directory().resolve("transientstore"),
                    new PeerChannel.Chaincodes(definitions, cache, membership),
                    new BlockValidator(
                        new DefinedPolicies(definitions),
                        environment.verifier(),
                        new Parallel(workers, Runtime.getRuntime().availableProcessors())),
                    environment.verifier(),
                    new EnvelopeSigner(msp.signingIdentity(), environment.clock()),
                    new BlockFeed.Connection(
                        settings.grpc().tls(), settings.grpc().clientKeyPair())),
                channels));
    Chaincodes chaincodes =
        startChaincodes(
            settings, environment, new Parts(channels, definitions, cache, packages, starter));
    RunnableChaincodes runnable =
        new RunnableChaincodes(channels, cache, settings.chaincode().settings().developmentMode());
    Endorser endorser =
        new Endorser(
            channelId -> channels.channel(channelId).map(EndorsementChannel.class::cast),
            local,
            msp.signingIdentity(),
            chaincodes.runtime(),
            runnable,
            new StagedPrivateData(channels));
    starter.openAll();
    serve(settings, environment, channels, membership, endorser);
    LOG.info(
        "Started peer with ID=[{}], network ID=[{}], address=[{}]",
        settings.self().id(),
        settings.self().networkId(),
        settings.self().address());
  }

  private record Parts(
      PeerChannels channels,
      ChaincodeDefinitions definitions,
      LifecycleCache cache,
      PackageStore packages,
      ChannelStarter starter) {}

  private record Chaincodes(ChaincodeRuntime runtime) {}

  private Chaincodes startChaincodes(PeerSettings settings, Environment environment, Parts parts)
      throws IOException, TlsConfigurationException {
    Optional<ChaincodeAuthority> authority =
        settings.grpc().tls()
            ? Optional.of(ChaincodeAuthority.create(environment.clock()))
            : Optional.empty();
    Path builds = settings.directory().resolve("externalbuilder/builds");
    ChaincodeLauncher launcher =
        new ChaincodeLauncher(
            LaunchSettings.of(
                builds,
                new LaunchSettings.Peer(
                    settings.chaincode().address(), settings.self().mspId(), authority)),
            parts.packages());
    List<SystemChaincode> system = new ArrayList<>();
    system.add(
        new LifecycleChaincode(
            settings.self().mspId(),
            parts.channels(),
            parts.definitions(),
            parts.cache(),
            parts.packages(),
            launcher));
    RunnableChaincodes runnable =
        new RunnableChaincodes(
            parts.channels(), parts.cache(), settings.chaincode().settings().developmentMode());
    ChaincodeRuntime runtime =
        keep(
            new ChaincodeRuntime(
                settings.chaincode().settings(),
                new ChaincodeRuntime.Ports(
                    runnable,
                    parts.channels(),
                    new CollectionMembers(parts.channels(), parts.definitions()),
                    system),
                launcher));
    Optional<ServerTls> tls =
        authority.map(each -> each.serverTls(List.of("localhost", "127.0.0.1", "::1")));
    keep(
        GrpcServer.start(
            GrpcServer.Settings.of(settings.grpc().chaincodeListen(), tls),
            List.of(runtime.registrationService(authority)),
            List.of(Caller.interceptor())));
    return new Chaincodes(runtime);
  }

  private void serve(
      PeerSettings settings,
      Environment environment,
      PeerChannels channels,
      CollectionMembership membership,
      Endorser endorser)
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
            channelId -> channels.channel(channelId).map(DeliverChannel.class::cast),
            new DeliverHandler.Settings(
                settings.limits().timeWindow(), mutualTls, READER_PATIENCE, environment.clock()));
    List<BindableService> services = new ArrayList<>();
    services.add(new EndorserService(endorser));
    services.add(new PeerDeliverService(deliver, new PeerPrivateBlockData(channels, membership)));
    keep(
        GrpcServer.start(
            new GrpcServer.Settings(
                settings.grpc().listener().address(),
                settings.grpc().listener().tls(),
                Duration.ofSeconds(5),
                settings.grpc().minClientKeepalive(),
                settings.grpc().maxMessageBytes()),
            services,
            List.of(Caller.interceptor(), limits(settings.limits()))));
    startOperations(settings, environment, channels);
  }

  private static ConcurrencyLimit limits(PeerSettings.Limits limits) {
    return new ConcurrencyLimit(
        Map.of(
            "protos.Endorser", limits.endorser(),
            "protos.Deliver", limits.deliver(),
            "gateway.Gateway", limits.gateway()));
  }

  private void startOperations(
      PeerSettings settings, Environment environment, PeerChannels channels) throws IOException {
    if (settings.operations().isEmpty()) {
      return;
    }
    PeerSettings.Operations operations = settings.operations().get();
    OperationsServer server =
        keep(
            OperationsServer.start(
                operations.listener().address(),
                operations.listener().tls(),
                new OperationsServer.Exposed(
                    environment.version(),
                    operations.metricsProvider().equals("prometheus")
                        ? Optional.of(environment.metrics())
                        : Optional.empty(),
                    environment.logging())));
    server.check("channels", () -> failedChannel(channels));
  }

  private static Optional<String> failedChannel(PeerChannels channels) {
    for (PeerChannel channel : channels.all()) {
      Optional<String> failure = channel.failure();
      if (failure.isPresent()) {
        return Optional.of(channel.id() + ": " + failure.get());
      }
    }
    return Optional.empty();
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /// Stops serving, then ends chaincodes and closes the channels.
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) { // no part throws anything checked
        LOG.error("A part of the peer does not stop: {}", e.getMessage(), e);
      }
    }
  }
}
