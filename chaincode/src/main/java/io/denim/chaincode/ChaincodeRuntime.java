package io.denim.chaincode;

import io.denim.ledger.TransactionSimulator;
import io.denim.metrics.Metrics;
import io.denim.wire.OutboundStream;
import io.grpc.BindableService;
import io.grpc.stub.CallStreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;

/// Runs chaincodes: finds the package that serves a name, starts it if need be, and executes
/// transactions over its stream; system chaincodes run in place (fabric v3.1.5
/// core/chaincode/chaincode_support.go). Safe for use by any thread.
public final class ChaincodeRuntime implements ChaincodeExecutor, AutoCloseable {
  private final ShimRegistry registry;
  private final ShimConnection.Terms terms;
  private final Invocations invocations;
  private final Launches launches;

  /// What a runtime asks of the rest of the peer.
  ///
  /// @param systemChaincodes those enabled
  public record Ports(
      EndorsementInfoSource definitions,
      ChaincodeChannels channels,
      CollectionPermissions collections,
      List<SystemChaincode> systemChaincodes) {
    public Ports {
      systemChaincodes = List.copyOf(systemChaincodes);
    }
  }

  /// @param launcher starts packages; belongs to the runtime from now on, which closes it
  public ChaincodeRuntime(ChaincodeSettings settings, Ports ports, ChaincodeStarter launcher) {
    this(settings, ports, launcher, new Metrics());
  }

  /// @param launcher as above
  /// @param metrics where chaincodes' metrics are kept
  public ChaincodeRuntime(
      ChaincodeSettings settings, Ports ports, ChaincodeStarter launcher, Metrics metrics) {
    ChaincodeMetrics counted = new ChaincodeMetrics(metrics);
    this.registry = new ShimRegistry(settings.developmentMode());
    this.launches =
        new Launches(registry, launcher, settings.startupTimeout(), counted, this::connect);
    Map<String, SystemChaincode> system = new TreeMap<>();
    ports.systemChaincodes().forEach(chaincode -> system.put(chaincode.name(), chaincode));
    this.invocations = new Invocations(settings, ports.definitions(), system, launches);
    CollectionAccess access = new CollectionAccess(ports.collections());
    ChannelFeatures features = new ChannelFeatures(ports.channels());
    this.terms =
        new ShimConnection.Terms(
            settings,
            new ShimRequests(
                new StateReads(access, features),
                new StateWrites(access, features),
                new StateQueries(access, settings.totalQueryLimit()),
                new ChaincodeCalls(ports.channels(), invocations)),
            counted);
  }

  @Override
  public ChaincodeOutcome execute(ChaincodeInvocation invocation, TransactionSimulator simulator) {
    return invocations.execute(invocation, Optional.of(simulator));
  }

  @Override
  public ChaincodeOutcome executeWithoutChannel(ChaincodeInvocation invocation) {
    return invocations.execute(invocation, Optional.empty());
  }

  @Override
  public boolean isSystemChaincode(String name) {
    return invocations.isSystemChaincode(name);
  }

  /// Starts a package ahead of its first transaction, and waits until it is ready.
  ///
  /// @return why it could not be started, empty if it runs
  public Optional<String> start(String packageId) {
    try {
      launches.ready(packageId);
      return Optional.empty();
    } catch (InvocationException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// Ends a package's stream, and with it its process, if this peer started it. Transactions under
  /// way fail; the next one starts it anew.
  public void stop(String packageId) {
    ShimConnection connection = registry.connection(packageId);
    if (connection != null) {
      connection.close();
    }
  }

  /// The service for chaincodes that dial in, for the peer's chaincode listener.
  ///
  /// @param identities tells which package's certificate a caller showed; absent without TLS, where
  ///   any caller may be any package
  public BindableService registrationService(Optional<ChaincodeAuthority> identities) {
    return new RegistrationService(this::connect, identities);
  }

  /// Ends all streams and stops all processes that were started here.
  @Override
  public void close() {
    launches.close();
    registry.connections().forEach(ShimConnection::close);
  }

  private ShimConnection connect(
      CallStreamObserver<ChaincodeMessage> out, ShimConnection.Credential credential) {
    return new ShimConnection(new OutboundStream<>(out), registry, terms, credential);
  }
}
