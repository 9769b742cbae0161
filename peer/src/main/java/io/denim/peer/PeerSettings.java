package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodeSettings;
import io.denim.chaincode.launch.LaunchSettings;
import io.denim.gossip.GossipSettings;
import io.denim.node.Listener;
import io.denim.node.Settings;
import io.denim.node.SettingsException;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A peer's configuration, `core.yaml` and `CORE_…` variables, read once (fabric v3.1.5
/// core/peer/config.go, internal/peer/node/config.go).
///
/// @param directory `peer.fileSystemPath`: ledgers, packages and all other data
/// @param operations absent where the operations service is off
public record PeerSettings(
    Self self,
    Grpc grpc,
    GossipSettings gossip,
    Path directory,
    Chaincode chaincode,
    Gateway gateway,
    Limits limits,
    Optional<Operations> operations) {

  /// Who the peer is.
  ///
  /// @param address `host:port` under which chaincodes and its organization's peers reach it
  /// @param externalEndpoint `host:port` for other organizations; absent where they need not
  public record Self(
      String id,
      String networkId,
      String address,
      Optional<String> externalEndpoint,
      Path mspDirectory,
      String mspId) {}

  /// The gRPC listener, and how the peer shows itself as a client.
  ///
  /// @param chaincodeListen for chaincodes that dial in
  /// @param rootCertificates PEM, for connections to peers of the own organization
  /// @param clientKeyPair shown to servers that ask; absent without TLS
  public record Grpc(
      Listener listener,
      InetSocketAddress chaincodeListen,
      Duration minClientKeepalive,
      int maxMessageBytes,
      Optional<ByteString> rootCertificates,
      Optional<TlsKeyPair> clientKeyPair) {
    public boolean tls() {
      return listener.tls().isPresent();
    }
  }

  /// How chaincodes are run.
  ///
  /// @param address `host:port` that is given to chaincodes which dial in
  /// @param externalBuilders as core.yaml has them, keys in lower case
  /// @param logging variables that tell chaincodes what to log
  /// @param isolation how far local processes are kept from the machine
  public record Chaincode(
      ChaincodeSettings settings,
      String address,
      List<Map<String, Object>> externalBuilders,
      LedgerSettings ledger,
      Map<String, String> logging,
      LaunchSettings.Isolation isolation) {
    public Chaincode {
      externalBuilders = List.copyOf(externalBuilders);
      logging = Map.copyOf(logging);
    }
  }

  /// What the gateway waits for, at most.
  public record Gateway(
      boolean enabled,
      Duration endorsementTimeout,
      Duration broadcastTimeout,
      Duration dialTimeout) {}

  /// How much is taken at once; and how old a proposal may be.
  public record Limits(int endorser, int deliver, int gateway, Duration timeWindow) {}

  /// The operations service.
  ///
  /// @param metricsProvider `prometheus`, `statsd` or `disabled`
  public record Operations(Listener listener, String metricsProvider) {}

  /// Keys of Fabric's that mean nothing here.
  static final Set<String> IGNORED =
      Set.of(
          "peer.BCCSP.",
          "peer.addressAutoDetect",
          "peer.client.",
          "peer.deliveryclient.",
          "peer.discovery.",
          "peer.gossip.",
          "peer.handlers.",
          "peer.keepalive.",
          "peer.localMspType",
          "peer.maxSendMsgSize",
          "peer.profile.",
          "peer.tls.",
          "peer.validatorPoolSize",
          "vm.",
          "chaincode.builder",
          "chaincode.golang.",
          "chaincode.id.",
          "chaincode.java.",
          "chaincode.node.",
          "chaincode.pull",
          "chaincode.system.",
          "ledger.",
          "metrics.");

  private static final int CHAINCODE_PORT = 7052;
  private static final Duration LEAST_EXECUTE_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration LEAST_STARTUP_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration TWO_MINUTES = Duration.ofMinutes(2);

  /// @throws SettingsException with every value that is not usable
  /// @throws IOException if a certificate or key file cannot be read
  public static PeerSettings of(Settings settings) throws SettingsException, IOException {
    Self self = self(settings);
    Grpc grpc = grpc(settings);
    PeerSettings read =
        new PeerSettings(
            self,
            grpc,
            GossipSettings.of(settings),
            settings.path("peer.fileSystemPath").orElse(Path.of("/var/hyperledger/production")),
            chaincode(settings, self, grpc),
            new Gateway(
                settings.flag("peer.gateway.enabled", true),
                settings.duration("peer.gateway.endorsementTimeout", Duration.ofSeconds(30)),
                settings.duration("peer.gateway.broadcastTimeout", Duration.ofSeconds(30)),
                settings.duration("peer.gateway.dialTimeout", TWO_MINUTES)),
            limits(settings),
            operations(settings));
    settings.finish(IGNORED);
    return read;
  }

  private static Self self(Settings settings) {
    return new Self(
        settings.text("peer.id", "jdoe"),
        settings.text("peer.networkId", "dev"),
        settings.text("peer.address", "0.0.0.0:7051"),
        settings.optionalText("peer.gossip.externalEndpoint"),
        settings.path("peer.mspConfigPath").orElse(settings.folder().resolve("msp")),
        settings.text("peer.localMspId", "SampleOrg"));
  }

  private static Grpc grpc(Settings settings) throws IOException {
    Listener listener =
        new Listener(
            Listener.address(settings, "peer.listenAddress", "0.0.0.0:7051"),
            Listener.tls(settings, "peer.tls", Listener.TlsKeys.PEER));
    InetSocketAddress chaincodeListen =
        Listener.address(
            settings,
            "peer.chaincodeListenAddress",
            listener.address().getHostString() + ":" + CHAINCODE_PORT);
    Optional<Path> root = settings.path("peer.tls.rootcert.file");
    Optional<Path> clientCertificate = settings.path("peer.tls.clientCert.file");
    Optional<Path> clientKey = settings.path("peer.tls.clientKey.file");
    boolean tls = listener.tls().isPresent();
    Optional<ByteString> roots =
        tls && root.isPresent() ? Optional.of(Listener.read(root.get())) : Optional.empty();
    Optional<TlsKeyPair> keyPair =
        tls && clientCertificate.isPresent() && clientKey.isPresent()
            ? Optional.of(
                new TlsKeyPair(
                    Listener.read(clientCertificate.get()), Listener.read(clientKey.get())))
            : listener.tls().map(server -> server.keyPair());
    return new Grpc(
        listener,
        chaincodeListen,
        settings.duration("peer.keepalive.minInterval", Duration.ofMinutes(1)),
        settings.number("peer.maxRecvMsgSize", 100 * 1024 * 1024, 1, Integer.MAX_VALUE),
        roots,
        keyPair);
  }

  private static Chaincode chaincode(Settings settings, Self self, Grpc grpc) {
    ChaincodeSettings defaults = ChaincodeSettings.defaults();
    Duration keepalive =
        Duration.ofSeconds(settings.number("chaincode.keepalive", 0, Integer.MIN_VALUE, 1 << 20));
    Duration execute = settings.duration("chaincode.executetimeout", defaults.executeTimeout());
    Duration startup = settings.duration("chaincode.startuptimeout", defaults.startupTimeout());
    var batches =
        new ChaincodeSettings.Batches(
            settings.flag("chaincode.runtimeParams.useWriteBatch", true),
            settings.number("chaincode.runtimeParams.maxSizeWriteBatch", 1000, 1, 1_000_000),
            settings.flag("chaincode.runtimeParams.useGetMultipleKeys", true),
            settings.number("chaincode.runtimeParams.maxSizeGetMultipleKeys", 1000, 1, 1_000_000));
    ChaincodeSettings read =
        new ChaincodeSettings(
            execute.compareTo(LEAST_EXECUTE_TIMEOUT) < 0 ? defaults.executeTimeout() : execute,
            settings.duration("chaincode.installTimeout", defaults.installTimeout()),
            startup.compareTo(LEAST_STARTUP_TIMEOUT) < 0 ? LEAST_STARTUP_TIMEOUT : startup,
            keepalive.isPositive() ? Optional.of(keepalive) : Optional.empty(),
            settings.number(
                "ledger.state.totalQueryLimit", defaults.totalQueryLimit(), 1, Integer.MAX_VALUE),
            batches,
            settings.text("chaincode.mode", "net").equals("dev"));
    String fallback = host(self.address()) + ":" + grpc.chaincodeListen().getPort();
    return new Chaincode(
        read,
        settings.text("peer.chaincodeAddress", fallback),
        settings.tables("chaincode.externalBuilders"),
        LedgerSettings.of(settings),
        Map.of(
            "CORE_CHAINCODE_LOGGING_LEVEL", settings.text("chaincode.logging.level", "info"),
            "CORE_CHAINCODE_LOGGING_SHIM", settings.text("chaincode.logging.shim", "warning"),
            "CORE_CHAINCODE_LOGGING_FORMAT", settings.text("chaincode.logging.format", "")),
        new LaunchSettings.Isolation(
            settings.flag("chaincode.isolated", false),
            settings.bytes(
                "vm.docker.hostConfig.Memory", LaunchSettings.Isolation.CUSTOMARY_MEMORY)));
  }

  private static String host(String address) {
    int colon = address.lastIndexOf(':');
    return colon < 0 ? address : address.substring(0, colon);
  }

  private static Limits limits(Settings settings) {
    return new Limits(
        settings.number("peer.limits.concurrency.endorserService", 2500, 0, Integer.MAX_VALUE),
        settings.number("peer.limits.concurrency.deliverService", 2500, 0, Integer.MAX_VALUE),
        settings.number("peer.limits.concurrency.gatewayService", 500, 0, Integer.MAX_VALUE),
        settings.duration("peer.authentication.timewindow", Duration.ofMinutes(15)));
  }

  private static Optional<Operations> operations(Settings settings) throws IOException {
    Listener listener =
        new Listener(
            Listener.address(settings, "operations.listenAddress", "127.0.0.1:9443"),
            Listener.tls(settings, "operations.tls", Listener.TlsKeys.PEER));
    String provider = settings.text("metrics.provider", "disabled");
    return settings.optionalText("operations.listenAddress").isEmpty()
        ? Optional.empty()
        : Optional.of(new Operations(listener, provider));
  }
}
