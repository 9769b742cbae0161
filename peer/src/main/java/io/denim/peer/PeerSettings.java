package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodeSettings;
import io.denim.chaincode.launch.LaunchSettings;
import io.denim.gossip.GossipSettings;
import io.denim.node.Bccsp;
import io.denim.node.Listener;
import io.denim.node.MetricsSettings;
import io.denim.node.NodeOperations;
import io.denim.node.Settings;
import io.denim.node.SettingsException;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A peer's configuration, `core.yaml` and `CORE_…` variables, read once (fabric v3.1.5
/// core/peer/config.go, internal/peer/node/config.go).
///
/// @param directory `peer.fileSystemPath`: ledgers, packages and all other data
public record PeerSettings(
    Self self,
    Grpc grpc,
    Network network,
    Path directory,
    Chaincode chaincode,
    Gateway gateway,
    Limits limits,
    NodeOperations.Settings operations) {

  /// Who the peer is.
  ///
  /// @param address `host:port` under which chaincodes and its organization's peers reach it
  /// @param externalEndpoint `host:port` for other organizations; absent where they need not
  /// @param keystore the private keys, where they are not in the MSP's directory
  public record Self(
      String id,
      String networkId,
      String address,
      Optional<String> externalEndpoint,
      Path mspDirectory,
      String mspId,
      Optional<Path> keystore) {}

  /// What other peers and orderers bring.
  ///
  /// @param internalEndpoint `host:port` for peers of the own organization, where the peer's
  ///   address is not it
  public record Network(
      GossipSettings gossip, Optional<String> internalEndpoint, DeliveryClientSettings delivery) {}

  /// The gRPC listener, and how the peer shows itself as a client.
  ///
  /// @param chaincodeListen for chaincodes that dial in
  /// @param rootCertificates PEM, for connections to peers of the own organization
  /// @param clientKeyPair shown to servers that ask; absent without TLS
  public record Grpc(
      Listener listener,
      InetSocketAddress chaincodeListen,
      GrpcServer.Keepalive keepalive,
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
  /// @param disabledSystemChaincodes names of those that are not to be had
  /// @param logging variables that tell chaincodes what to log
  /// @param isolation how far local processes are kept from the machine
  public record Chaincode(
      ChaincodeSettings settings,
      String address,
      List<Map<String, Object>> externalBuilders,
      LedgerSettings ledger,
      Set<String> disabledSystemChaincodes,
      Map<String, String> logging,
      LaunchSettings.Isolation isolation) {
    public Chaincode {
      externalBuilders = List.copyOf(externalBuilders);
      disabledSystemChaincodes = Set.copyOf(disabledSystemChaincodes);
      logging = Map.copyOf(logging);
    }
  }

  /// What the gateway waits for, at most; and who may discover what.
  public record Gateway(
      boolean enabled,
      Duration endorsementTimeout,
      Duration broadcastTimeout,
      Duration dialTimeout,
      Discovery discovery) {}

  /// The discovery service.
  ///
  /// @param openToMembers whether members that are no admins may ask about peers outside of
  ///   channels
  public record Discovery(boolean enabled, boolean openToMembers) {}

  /// How much is taken at once; and how old a proposal may be.
  ///
  /// @param validators how many transactions of a block are checked at once
  public record Limits(
      int endorser, int deliver, int gateway, int validators, Duration timeWindow) {}

  /// The same with another network.
  public PeerSettings with(Network other) {
    return new PeerSettings(self, grpc, other, directory, chaincode, gateway, limits, operations);
  }

  public GossipSettings gossip() {
    return network.gossip();
  }

  /// Keys of Fabric's that mean nothing here; docs/configuration.md says why.
  static final Set<String> IGNORED =
      Set.of(
          "peer.BCCSP.PKCS11.",
          "peer.client.connTimeout",
          "peer.connectiontimeout",
          "peer.discovery.authCacheEnabled",
          "peer.discovery.authCacheMaxSize",
          "peer.discovery.authCachePurgeRetentionRatio",
          "peer.gossip.digestWaitTime",
          "peer.gossip.maxPropagationBurstLatency",
          "peer.gossip.maxPropagationBurstSize",
          "peer.gossip.nonBlockingCommitMode",
          "peer.gossip.propagateIterations",
          "peer.gossip.pvtData.skipPullingInvalidTransactionsDuringCommit",
          "peer.gossip.requestWaitTime",
          "peer.gossip.responseWaitTime",
          "peer.gossip.skipBlockVerification",
          "peer.gossip.stateInfoRetentionInterval",
          "peer.handlers.",
          "peer.keepalive.client.interval",
          "peer.keepalive.client.timeout",
          "peer.keepalive.deliveryClient.interval",
          "peer.keepalive.deliveryClient.timeout",
          "peer.maxSendMsgSize",
          "peer.profile.enabled",
          "peer.profile.listenAddress",
          "vm.docker.",
          "vm.endpoint",
          "chaincode.builder",
          "chaincode.golang.dynamicLink",
          "chaincode.golang.runtime",
          "chaincode.id.name",
          "chaincode.id.path",
          "chaincode.java.runtime",
          "chaincode.node.runtime",
          "chaincode.pull",
          "ledger.blockchain",
          "ledger.pvtdataStore.collElgProcDbBatchesInterval",
          "ledger.pvtdataStore.collElgProcMaxDbBatchSize",
          "ledger.pvtdataStore.deprioritizedDataReconcilerInterval",
          "ledger.pvtdataStore.purgeInterval",
          "ledger.pvtdataStore.purgedKeyAuditLogging",
          "ledger.state.couchDBConfig.");

  private static final String ROOT_CERTIFICATE = "peer.tls.rootcert.file";
  private static final String CLIENT_CERTIFICATE = "peer.tls.clientCert.file";
  private static final String CLIENT_KEY = "peer.tls.clientKey.file";
  private static final Set<String> ENABLED = Set.of("true", "t", "1", "enable", "enabled", "yes");
  private static final int CHAINCODE_PORT = 7052;
  private static final Duration LEAST_EXECUTE_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration LEAST_STARTUP_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration TWO_MINUTES = Duration.ofMinutes(2);

  /// @throws SettingsException with every value that is not usable
  public static PeerSettings of(Settings settings) throws SettingsException {
    Self self = self(settings);
    Grpc grpc = grpc(settings);
    PeerSettings read =
        new PeerSettings(
            self,
            grpc,
            new Network(
                GossipSettings.of(settings),
                settings.optionalText("peer.gossip.endpoint"),
                DeliveryClientSettings.of(settings)),
            settings.path("peer.fileSystemPath").orElse(Path.of("/var/hyperledger/production")),
            chaincode(settings, self, grpc),
            new Gateway(
                settings.flag("peer.gateway.enabled", true),
                settings.duration("peer.gateway.endorsementTimeout", Duration.ofSeconds(30)),
                settings.duration("peer.gateway.broadcastTimeout", Duration.ofSeconds(30)),
                settings.duration("peer.gateway.dialTimeout", TWO_MINUTES),
                new Discovery(
                    settings.flag("peer.discovery.enabled", true),
                    settings.flag("peer.discovery.orgMembersAllowedAccess", false))),
            limits(settings),
            operations(settings));
    settings.choice("peer.localMspType", "bccsp", List.of("bccsp"));
    Handlers.check(settings);
    settings.report(IGNORED);
    return read;
  }

  private static Self self(Settings settings) {
    return new Self(
        settings.text("peer.id", "jdoe"),
        settings.text("peer.networkId", "dev"),
        LocalAddress.of(
            settings.text("peer.address", "0.0.0.0:7051"),
            settings.flag("peer.addressAutoDetect", false)),
        settings.optionalText("peer.gossip.externalEndpoint"),
        settings.path("peer.mspConfigPath").orElse(settings.folder().resolve("msp")),
        settings.text("peer.localMspId", "SampleOrg"),
        Bccsp.keystore(settings, "peer.BCCSP"));
  }

  private static Grpc grpc(Settings settings) {
    Listener listener =
        Listener.of(
            settings,
            Listener.address(settings, "peer.listenAddress", "0.0.0.0:7051"),
            "peer.tls",
            Listener.TlsKeys.PEER);
    InetSocketAddress chaincodeListen =
        Listener.address(
            settings,
            "peer.chaincodeListenAddress",
            listener.address().getHostString() + ":" + CHAINCODE_PORT);
    boolean tls = listener.tls().isPresent();
    settings.know(ROOT_CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY);
    return new Grpc(
        listener,
        chaincodeListen,
        new GrpcServer.Keepalive(
            settings.duration("peer.keepalive.interval", Duration.ofHours(2)),
            settings.duration("peer.keepalive.timeout", Duration.ofSeconds(20)),
            settings.duration("peer.keepalive.minInterval", Duration.ofMinutes(1))),
        settings.number("peer.maxRecvMsgSize", 100 * 1024 * 1024, 1, Integer.MAX_VALUE),
        tls ? settings.content(ROOT_CERTIFICATE) : Optional.empty(),
        tls
            ? clientKeyPair(settings).or(() -> listener.tls().map(ServerTls::keyPair))
            : Optional.empty());
  }

  private static Optional<TlsKeyPair> clientKeyPair(Settings settings) {
    if (settings.path(CLIENT_CERTIFICATE).isEmpty() || settings.path(CLIENT_KEY).isEmpty()) {
      return Optional.empty();
    }
    Optional<ByteString> certificate = settings.content(CLIENT_CERTIFICATE);
    Optional<ByteString> key = settings.content(CLIENT_KEY);
    return certificate.isPresent() && key.isPresent()
        ? Optional.of(new TlsKeyPair(certificate.get(), key.get()))
        : Optional.empty();
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
        disabledSystemChaincodes(settings),
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
        settings.number(
            "peer.validatorPoolSize", Runtime.getRuntime().availableProcessors(), 1, 10_000),
        settings.duration("peer.authentication.timewindow", Duration.ofMinutes(15)));
  }

  private static NodeOperations.Settings operations(Settings settings) {
    Listener listener =
        Listener.http(
            settings,
            Listener.address(settings, "operations.listenAddress", "127.0.0.1:9443"),
            "operations.tls",
            Listener.TlsKeys.PEER);
    return new NodeOperations.Settings(
        settings.optionalText("operations.listenAddress").map(address -> listener),
        MetricsSettings.of(settings, "metrics"));
  }

  /// Those that `chaincode.system` names and does not enable. Upstream takes one that it does not
  /// name for disabled, which nobody means.
  private static Set<String> disabledSystemChaincodes(Settings settings) {
    Set<String> disabled = new HashSet<>();
    settings
        .below("chaincode.system")
        .forEach((name, value) -> {
          if (!ENABLED.contains(value.strip().toLowerCase(Locale.ROOT))) {
            disabled.add(name);
          }
        });
    return disabled;
  }
}
