package io.denim.gossip;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.Communication;
import io.denim.gossip.comm.GossipSelf;
import io.denim.gossip.comm.PeerAddress;
import io.denim.gossip.comm.PkiId;
import io.denim.gossip.core.ChannelStatus;
import io.denim.identity.Cryptogen;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.LocalMsp;
import io.denim.identity.Msp;
import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.policy.SignedData;
import io.denim.wire.Caller;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Peers of two organizations with real connections between them.
final class TestPeers implements AutoCloseable {
  private final Path directory;
  private final SignatureVerifier verifier = SignatureVerifier.create();
  private final List<Peer> started = new ArrayList<>();

  TestPeers(Path directory) throws Exception {
    this.directory = directory;
    Cryptogen.generate(
        directory,
        List.of(
            Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 3, 0),
            Cryptogen.OrganizationSpec.of("Org2", "org2.example.com", "peer", 2, 0)),
        List.of(),
        Clock.systemUTC());
  }

  /// A node that serves.
  record Peer(GossipNode node, GrpcServer server, PeerAddress address) implements AutoCloseable {
    Communication communication() {
      return node.communication();
    }

    @Override
    public void close() {
      node.close();
      server.close();
    }
  }

  /// Starts a node that is in no channel and looks for nobody.
  Peer start(GossipSelf self, TlsKeyPair tls, List<String> members) throws Exception {
    return start(self, tls, members, GossipSettings.defaults(), List::of);
  }

  /// @param members the MSP ids of organizations that it knows
  Peer start(
      GossipSelf self,
      TlsKeyPair tls,
      List<String> members,
      GossipSettings settings,
      Supplier<List<ChannelStatus>> channels)
      throws Exception {
    List<Msp> msps = new ArrayList<>();
    for (String mspId : members) {
      msps.add(msp(mspId.charAt(3) - '0', 0).msp());
    }
    MspManager known = MspManager.of(msps);
    int port = unusedPort();
    String endpoint = "localhost:" + port;
    GossipNode node =
        new GossipNode(
            settings,
            endpoint,
            endpoint,
            new GossipNode.Subject(
                new Communication.Parties(
                    self,
                    identity -> member(known, identity),
                    address ->
                        GrpcClient.channel(
                            address,
                            Optional.of(
                                new ClientTls(roots(), Optional.of(tls), Optional.empty())))),
                new Trusting(),
                channels,
                new Deaf(),
                InstantSource.system(),
                new Metrics()));
    GrpcServer server =
        GrpcServer.start(
            GrpcServer.Settings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                Optional.of(new ServerTls(tls, ServerTls.ClientAuth.REQUESTED, List.of()))),
            List.of(node.service()),
            List.of(Caller.interceptor()));
    Peer peer =
        new Peer(node, server, new PeerAddress(PkiId.of(self.identity().serialized()), endpoint));
    started.add(peer);
    return peer;
  }

  private record Deaf() implements ChannelListener {
    @Override
    public void block(String channelId, long number, ByteString block) {}

    @Override
    public void leads(String channelId, boolean leads) {}
  }

  /// Whoever signed anything may read.
  private record Trusting() implements ChannelJudge {
    @Override
    public boolean reads(String channelId, SignedData signed) {
      return true;
    }

    @Override
    public boolean isBlock(String channelId, long number, ByteString block) {
      return true;
    }
  }

  int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Optional<Identity> member(MspManager msps, ByteString identity) {
    return msps.identity(identity) instanceof IdentityOutcome.Accepted(Identity member)
        ? Optional.of(member)
        : Optional.empty();
  }

  private List<ByteString> roots() {
    try {
      return List.of(
          read(peer(1, 0).resolve("tls/ca.crt")), read(peer(2, 0).resolve("tls/ca.crt")));
    } catch (IOException e) {
      throw new IllegalStateException("the test's certificates are not there", e);
    }
  }

  private Path peer(int organization, int index) {
    String domain = "org" + organization + ".example.com";
    return directory
        .resolve("peerOrganizations")
        .resolve(domain)
        .resolve("peers")
        .resolve("peer" + index + "." + domain);
  }

  private static ByteString read(Path file) throws IOException {
    return ByteString.copyFrom(Files.readAllBytes(file));
  }

  TlsKeyPair tls(int organization, int index) throws IOException {
    Path folder = peer(organization, index).resolve("tls");
    return new TlsKeyPair(read(folder.resolve("server.crt")), read(folder.resolve("server.key")));
  }

  LocalMsp msp(int organization, int index) throws Exception {
    return LocalMsp.load(
        peer(organization, index).resolve("msp"),
        "Org" + organization + "MSP",
        verifier,
        Clock.systemUTC());
  }

  /// A peer that shows its own TLS certificate.
  GossipSelf self(int organization, int index) throws Exception {
    Optional<ByteString> hash = Optional.of(tls(organization, index).certificateHash());
    return new GossipSelf(msp(organization, index).signingIdentity(), () -> hash, hash);
  }

  @Override
  public void close() {
    started.forEach(Peer::close);
  }
}
