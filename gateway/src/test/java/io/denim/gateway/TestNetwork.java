package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.identity.SigningIdentity;
import io.denim.wire.GrpcClient;
import io.denim.wire.GrpcServer;
import io.denim.wire.TlsConfigurationException;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.BroadcastResponse;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// The gateway of peer0.org1, other peers and an orderer behind real connections in one process.
final class TestNetwork implements AutoCloseable, Membership, Dialer {
  final TestOrganizations organizations;
  final List<TestEndorser> org1 = new ArrayList<>();
  final List<TestEndorser> org2 = new ArrayList<>();
  final TestOrderer orderer = new TestOrderer();
  final TestChannel channel;
  final List<ChannelPeer> members = new CopyOnWriteArrayList<>();
  final List<LostPeer> lost = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final GrpcServer server;

  TestNetwork(Path directory) throws Exception {
    organizations = new TestOrganizations(directory);
    int ordererPort = serve(List.of(orderer)).port();
    channel = new TestChannel(organizations.channel(List.of("127.0.0.1:" + ordererPort)));
    SigningIdentity self = organizations.peer(1, 0);
    TestEndorser local = new TestEndorser(self);
    org1.add(local);
    join(self, "127.0.0.1:1", 9);
    for (int index = 0; index < 2; index++) {
      SigningIdentity peer = organizations.peer(2, index);
      TestEndorser endorser = new TestEndorser(peer);
      org2.add(endorser);
      join(peer, "127.0.0.1:" + serve(List.of(endorser)).port(), 8 - index);
    }
    GatewayPorts ports =
        new GatewayPorts(
            id -> id.equals(TestOrganizations.CHANNEL) ? Optional.of(channel) : Optional.empty(),
            local,
            this,
            this,
            name -> name.equals("qscc"));
    GatewayService gateway =
        new GatewayService(self.identity(), ports, channel.commits, GatewaySettings.defaults());
    parts.add(gateway);
    DiscoveryService discovery =
        new DiscoveryService(
            self.serialized(),
            ports,
            channel.config().policies().policy("/Channel/Application/Org1MSP/Readers"));
    server = serve(List.of(gateway, discovery));
  }

  private GrpcServer serve(List<BindableService> services) throws Exception {
    GrpcServer started =
        GrpcServer.start(
            GrpcServer.Settings.of(new InetSocketAddress("127.0.0.1", 0), Optional.empty()),
            services,
            List.of());
    parts.add(started);
    return started;
  }

  void join(SigningIdentity peer, String endpoint, long height) {
    var none = org.hyperledger.fabric.protos.gossip.Envelope.getDefaultInstance();
    KnownPeer known = new KnownPeer(peer.mspId(), peer.serialized(), endpoint, none);
    members.add(new ChannelPeer(known, height, Map.of("basic", "1"), none));
  }

  int port() {
    return server.port();
  }

  ManagedChannel connect() throws Exception {
    ManagedChannel connection = GrpcClient.channel("127.0.0.1:" + server.port(), Optional.empty());
    parts.add(connection::shutdownNow);
    return connection;
  }

  @Override
  public List<KnownPeer> peers() {
    return members.stream().map(ChannelPeer::peer).toList();
  }

  @Override
  public List<LostPeer> lost() {
    return lost;
  }

  @Override
  public List<ChannelPeer> peersOfChannel(String channelId) {
    return List.copyOf(members);
  }

  @Override
  public ManagedChannel peer(String address, List<ByteString> tlsRoots)
      throws TlsConfigurationException {
    return GrpcClient.channel(address, Optional.empty());
  }

  @Override
  public ManagedChannel orderer(String address, List<ByteString> tlsRoots)
      throws TlsConfigurationException {
    return GrpcClient.channel(address, Optional.empty());
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable part : parts.reversed()) {
      part.close();
    }
  }

  /// Puts each transaction into a block at once, or refuses it.
  final class TestOrderer extends AtomicBroadcastGrpc.AtomicBroadcastImplBase {
    volatile Status status = Status.SUCCESS;
    volatile TxValidationCode verdict = TxValidationCode.VALID;
    volatile boolean commits = true;
    final List<Envelope> ordered = new CopyOnWriteArrayList<>();

    @Override
    public StreamObserver<Envelope> deliver(StreamObserver<DeliverResponse> responses) {
      throw new UnsupportedOperationException("not asked for by the gateway");
    }

    @Override
    public StreamObserver<Envelope> broadcast(StreamObserver<BroadcastResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(Envelope transaction) {
          responses.onNext(
              BroadcastResponse.newBuilder().setStatus(status).setInfo("as told").build());
          if (status == Status.SUCCESS) {
            ordered.add(transaction);
            if (commits) {
              commit(transaction);
            }
          }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }

    void commit(Envelope transaction) {
      try {
        channel.commit(transaction, verdict);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
