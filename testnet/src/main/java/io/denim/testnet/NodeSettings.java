package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodeSettings;
import io.denim.chaincode.launch.LaunchSettings;
import io.denim.gossip.GossipSettings;
import io.denim.node.Listener;
import io.denim.node.MetricsSettings;
import io.denim.node.NodeOperations;
import io.denim.order.OrdererSettings;
import io.denim.peer.DeliveryClientSettings;
import io.denim.peer.LedgerSettings;
import io.denim.peer.PeerSettings;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the nodes of a network are started with.
record NodeSettings(NetworkDirectory directory) {
  private static final Duration TIME_WINDOW = Duration.ofMinutes(15);
  private static final int MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
  private static final int MAX_ADMIN_REQUEST_BYTES = 1024 * 1024;

  /// @throws IOException if its certificates or keys cannot be read
  OrdererSettings orderer(NetworkPlan.Orderer orderer) throws IOException {
    Path crypto = directory.ordererCrypto(orderer);
    Path data = directory.data(orderer.hostname());
    TlsKeyPair keyPair = tlsKeyPair(crypto);
    ByteString root = Listener.read(crypto.resolve("tls/ca.crt"));
    return new OrdererSettings(
        new OrdererSettings.Grpc(
            listener(orderer.port(), keyPair, ServerTls.ClientAuth.REQUESTED, List.of()),
            GrpcServer.Keepalive.DEFAULT,
            MAX_MESSAGE_BYTES),
        new OrdererSettings.Msp(crypto.resolve("msp"), NetworkPlan.ORDERER_MSP, Optional.empty()),
        new OrdererSettings.Storage(
            data, data.resolve("etcdraft/wal"), data.resolve("etcdraft/snapshot")),
        new OrdererSettings.Access(TIME_WINDOW, true),
        Optional.of(
            new OrdererSettings.Admin(
                listener(
                    orderer.adminPort(), keyPair, ServerTls.ClientAuth.REQUIRED, List.of(root)),
                MAX_ADMIN_REQUEST_BYTES)),
        operations(orderer.operationsPort()),
        OrdererSettings.Cluster.DEFAULT);
  }

  /// @throws IOException if its certificates or keys cannot be read
  PeerSettings peer(NetworkPlan.Organization organization, NetworkPlan.Peer peer)
      throws IOException {
    Path crypto = directory.peerCrypto(organization, peer);
    TlsKeyPair keyPair = tlsKeyPair(crypto);
    return new PeerSettings(
        new PeerSettings.Self(
            peer.hostname(),
            "denim",
            peer.address(),
            Optional.of(peer.address()),
            crypto.resolve("msp"),
            organization.mspId(),
            Optional.empty()),
        new PeerSettings.Grpc(
            listener(peer.port(), keyPair, ServerTls.ClientAuth.REQUESTED, List.of()),
            new InetSocketAddress(peer.chaincodePort()),
            GrpcServer.Keepalive.DEFAULT,
            MAX_MESSAGE_BYTES,
            Optional.of(Listener.read(crypto.resolve("tls/ca.crt"))),
            Optional.of(keyPair)),
        new PeerSettings.Network(
            GossipSettings.defaults(), Optional.empty(), DeliveryClientSettings.defaults()),
        directory.data(peer.hostname()),
        new PeerSettings.Chaincode(
            ChaincodeSettings.defaults(),
            "localhost:" + peer.chaincodePort(),
            List.of(),
            LedgerSettings.defaults(),
            Set.of(),
            Map.of(
                "CORE_CHAINCODE_LOGGING_LEVEL", "info", "CORE_CHAINCODE_LOGGING_SHIM", "warning"),
            LaunchSettings.Isolation.CUSTOMARY),
        new PeerSettings.Gateway(
            true,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            new PeerSettings.Discovery(true, true)),
        new PeerSettings.Limits(
            2500, 2500, 500, Runtime.getRuntime().availableProcessors(), TIME_WINDOW),
        operations(peer.operationsPort()));
  }

  private static TlsKeyPair tlsKeyPair(Path crypto) throws IOException {
    return new TlsKeyPair(
        Listener.read(crypto.resolve("tls/server.crt")),
        Listener.read(crypto.resolve("tls/server.key")));
  }

  private static Listener listener(
      int port, TlsKeyPair keyPair, ServerTls.ClientAuth clientAuth, List<ByteString> roots) {
    return new Listener(
        new InetSocketAddress(port), Optional.of(new ServerTls(keyPair, clientAuth, roots)));
  }

  private static NodeOperations.Settings operations(int port) {
    return new NodeOperations.Settings(
        Optional.of(
            new Listener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Optional.empty())),
        MetricsSettings.prometheus());
  }
}
