package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.node.Bccsp;
import io.denim.node.Listener;
import io.denim.node.MetricsSettings;
import io.denim.node.NodeOperations;
import io.denim.node.Settings;
import io.denim.node.SettingsException;
import io.denim.node.TlsFiles;
import io.denim.order.etcdraft.ClusterOptions;
import io.denim.order.etcdraft.EtcdRaftConsenter;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// An orderer's configuration, `orderer.yaml` and `ORDERER_…` variables, read once (fabric v3.1.5
/// orderer/common/localconfig/config.go).
///
/// @param admin the channel participation API, absent where it is off
public record OrdererSettings(
    Grpc grpc,
    Msp msp,
    Storage storage,
    Access access,
    Optional<Admin> admin,
    NodeOperations.Settings operations,
    Cluster cluster) {

  /// How the node talks to other orderers.
  ///
  /// @param client what it shows them where that is not the server's own key pair
  /// @param listener of its own for other orderers, absent where they use the general one
  /// @param evictionSuspicion without a leader before it asks whether it was removed
  /// @param tickOverride in place of channels' tick intervals
  public record Cluster(
      ClusterOptions options,
      Optional<TlsKeyPair> client,
      Optional<Listener> listener,
      Duration evictionSuspicion,
      Optional<Duration> tickOverride) {
    /// Fabric's defaults.
    public static final Cluster DEFAULT =
        new Cluster(
            ClusterOptions.DEFAULT,
            Optional.empty(),
            Optional.empty(),
            EtcdRaftConsenter.DEFAULT_EVICTION_SUSPICION,
            Optional.empty());
  }

  /// The gRPC listener.
  public record Grpc(Listener listener, GrpcServer.Keepalive keepalive, int maxMessageBytes) {}

  /// The node's own MSP.
  ///
  /// @param keystore the private keys, where they are not in the MSP's directory
  public record Msp(Path directory, String mspId, Optional<Path> keystore) {}

  /// Where the node keeps its data.
  ///
  /// @param ledger `FileLedger.Location`
  public record Storage(Path ledger, Path wal, Path snapshots) {}

  /// How strictly clients are checked.
  ///
  /// @param timeWindow how far a request's timestamp may lie from the node's clock
  /// @param expirationChecked whether clients with expired certificates are refused
  public record Access(Duration timeWindow, boolean expirationChecked) {}

  /// The channel participation API.
  public record Admin(Listener listener, int maxRequestBytes) {}

  /// Keys of Fabric's that mean nothing here; docs/configuration.md says why.
  static final Set<String> IGNORED =
      Set.of(
          "ChannelParticipation.Enabled",
          "Consensus.Type",
          "Debug.BroadcastTraceDir",
          "Debug.DeliverTraceDir",
          "FileLedger.Prefix",
          "General.BCCSP.PKCS11.",
          "General.Backoff.BaseDelay",
          "General.Backoff.MaxDelay",
          "General.Backoff.Multiplier",
          "General.BootstrapFile",
          "General.BootstrapMethod",
          "General.Cluster.DialTimeout",
          "General.Cluster.ReplicationBufferSize",
          "General.Cluster.ReplicationMaxRetries",
          "General.Cluster.ReplicationPolicy",
          "General.Cluster.ReplicationPullTimeout",
          "General.Cluster.ReplicationRetryTimeout",
          "General.Cluster.RootCAs",
          "General.Cluster.TLSHandshakeTimeShift",
          "General.GenesisFile",
          "General.GenesisMethod",
          "General.LedgerType",
          "General.MaxSendMsgSize",
          "General.Profile.Address",
          "General.Profile.Enabled",
          "General.SystemChannel",
          "General.TLS.RootCAs",
          "General.TLS.TLSHandshakeTimeShift",
          "General.Throttling.InactivityTimeout",
          "General.Throttling.Rate",
          "Kafka.");

  /// @throws SettingsException with every value that is not usable
  public static OrdererSettings of(Settings settings) throws SettingsException {
    OrdererSettings read =
        new OrdererSettings(
            grpc(settings),
            new Msp(
                settings.path("General.LocalMSPDir").orElse(settings.folder().resolve("msp")),
                settings.text("General.LocalMSPID", "SampleOrg"),
                Bccsp.keystore(settings, "General.BCCSP")),
            storage(settings),
            new Access(
                settings.duration("General.Authentication.TimeWindow", Duration.ofMinutes(15)),
                !settings.flag("General.Authentication.NoExpirationChecks", false)),
            Optional.of(admin(settings)),
            operations(settings),
            cluster(settings));
    settings.report(IGNORED);
    return read;
  }

  private static Grpc grpc(Settings settings) {
    InetSocketAddress address =
        new InetSocketAddress(
            settings.text("General.ListenAddress", "127.0.0.1"),
            settings.number("General.ListenPort", 7050, 0, 65_535));
    return new Grpc(
        Listener.of(settings, address, "General.TLS", Listener.TlsKeys.ORDERER),
        new GrpcServer.Keepalive(
            settings.duration("General.Keepalive.ServerInterval", Duration.ofHours(2)),
            settings.duration("General.Keepalive.ServerTimeout", Duration.ofSeconds(20)),
            settings.duration("General.Keepalive.ServerMinInterval", Duration.ofMinutes(1))),
        settings.number("General.MaxRecvMsgSize", 100 * 1024 * 1024, 1, Integer.MAX_VALUE));
  }

  private static Cluster cluster(Settings settings) {
    var options =
        new ClusterOptions(
            settings.number("General.Cluster.SendBufferSize", 100, 1, 100_000),
            settings.duration("General.Cluster.RPCTimeout", Duration.ofSeconds(7)),
            settings.duration(
                "General.Cluster.CertExpirationWarningThreshold", Duration.ofDays(7)));
    Duration override = settings.duration("Consensus.TickIntervalOverride", Duration.ZERO);
    return new Cluster(
        options,
        keyPair(settings, "General.Cluster.Client"),
        clusterListener(settings),
        settings.duration(
            "Consensus.EvictionSuspicion", EtcdRaftConsenter.DEFAULT_EVICTION_SUSPICION),
        override.isPositive() ? Optional.of(override) : Optional.empty());
  }

  private static Optional<Listener> clusterListener(Settings settings) {
    Optional<TlsKeyPair> keyPair = keyPair(settings, "General.Cluster.Server");
    int port = settings.number("General.Cluster.ListenPort", 0, 0, 65_535);
    Optional<String> address = settings.optionalText("General.Cluster.ListenAddress");
    if (keyPair.isEmpty() && port == 0 && address.isEmpty()) {
      return Optional.empty();
    }
    if (keyPair.isEmpty() || port == 0 || address.isEmpty()) {
      settings.problem(
          "General.Cluster",
          "ListenPort, ListenAddress, ServerCertificate, ServerPrivateKey",
          "all of them, or none");
      return Optional.empty();
    }
    // Other orderers are known by their keys, whoever issued their certificates.
    var tls = new ServerTls(keyPair.get(), ServerTls.ClientAuth.REQUESTED, List.of());
    Optional<TlsFiles> files =
        settings
            .path("General.Cluster.ServerCertificate")
            .flatMap(certificate ->
                settings
                    .path("General.Cluster.ServerPrivateKey")
                    .map(key -> new TlsFiles(certificate, key, tls.clientAuth(), List.of())));
    return Optional.of(
        new Listener(new InetSocketAddress(address.get(), port), Optional.of(tls), files));
  }

  private static Optional<TlsKeyPair> keyPair(Settings settings, String prefix) {
    Optional<Path> certificate = settings.path(prefix + "Certificate");
    Optional<Path> key = settings.path(prefix + "PrivateKey");
    if (certificate.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    Optional<ByteString> chain = settings.content(prefix + "Certificate");
    Optional<ByteString> privateKey = settings.content(prefix + "PrivateKey");
    return chain.isPresent() && privateKey.isPresent()
        ? Optional.of(new TlsKeyPair(chain.get(), privateKey.get()))
        : Optional.empty();
  }

  private static Storage storage(Settings settings) {
    Path location =
        settings.path("FileLedger.Location").orElse(Path.of("/var/hyperledger/production/orderer"));
    return new Storage(
        location,
        settings.path("Consensus.WALDir").orElse(location.resolve("etcdraft/wal")),
        settings.path("Consensus.SnapDir").orElse(location.resolve("etcdraft/snapshot")));
  }

  private static Admin admin(Settings settings) {
    Listener listener =
        Listener.http(
            settings,
            Listener.address(settings, "Admin.ListenAddress", "127.0.0.1:9443"),
            "Admin.TLS",
            Listener.TlsKeys.ORDERER.withClientAuth());
    long maxBytes = settings.bytes("ChannelParticipation.MaxRequestBodySize", 1024 * 1024);
    return new Admin(listener, (int) Math.min(maxBytes, 1 << 30));
  }

  private static NodeOperations.Settings operations(Settings settings) {
    Listener listener =
        Listener.http(
            settings,
            Listener.address(settings, "Operations.ListenAddress", "127.0.0.1:8443"),
            "Operations.TLS",
            Listener.TlsKeys.ORDERER);
    return new NodeOperations.Settings(
        settings.optionalText("Operations.ListenAddress").map(address -> listener),
        MetricsSettings.of(settings, "Metrics"));
  }
}
