package io.denim.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.identity.Cryptogen;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.wire.Caller;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.gossip.PrivatePayload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Private data from peer to peer over TLS.
@Timeout(60)
class PrivateDataGossipTest {
  @TempDir private Path directory;
  private final SignatureVerifier verifier = SignatureVerifier.create();
  private final Map<String, PrivatePayload> taken = new ConcurrentHashMap<>();
  private GrpcServer server;
  private ManagedChannel connection;
  private MspManager msps;
  private LocalMsp receiver;
  private Optional<String> refusal = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    Cryptogen.generate(
        directory,
        List.of(
            Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 2, 0),
            Cryptogen.OrganizationSpec.of("Org2", "org2.example.com", "peer", 1, 0)),
        List.of(),
        Clock.systemUTC());
    receiver = msp(1, 0);
    msps = MspManager.of(List.of(receiver.msp()));
    GossipService service = new GossipService(self(receiver, 1, 0), this::member, this::take);
    server =
        GrpcServer.start(
            GrpcServer.Settings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.of(new ServerTls(tls(1, 0), ServerTls.ClientAuth.REQUESTED, List.of()))),
            List.of(service),
            List.of(Caller.interceptor()));
    connection = connect(tls(1, 1));
  }

  @AfterEach
  void stop() {
    connection.shutdownNow();
    server.close();
  }

  private ManagedChannel connect(TlsKeyPair shown) throws Exception {
    ByteString root = read(peer(1, 0).resolve("tls/ca.crt"));
    return GrpcClient.channel(
        "localhost:" + server.port(),
        Optional.of(new ClientTls(List.of(root), Optional.of(shown), Optional.empty())));
  }

  private Path peer(int organization, int index) {
    String domain = "org" + organization + ".example.com";
    return directory
        .resolve("peerOrganizations")
        .resolve(domain)
        .resolve("peers")
        .resolve("peer" + index + "." + domain);
  }

  private static ByteString read(Path file) throws Exception {
    return ByteString.copyFrom(Files.readAllBytes(file));
  }

  private TlsKeyPair tls(int organization, int index) throws Exception {
    Path folder = peer(organization, index).resolve("tls");
    return new TlsKeyPair(read(folder.resolve("server.crt")), read(folder.resolve("server.key")));
  }

  private LocalMsp msp(int organization, int index) throws Exception {
    return LocalMsp.load(
        peer(organization, index).resolve("msp"),
        "Org" + organization + "MSP",
        verifier,
        Clock.systemUTC());
  }

  private GossipSelf self(LocalMsp msp, int organization, int index) throws Exception {
    Optional<ByteString> hash = Optional.of(tls(organization, index).certificateHash());
    return new GossipSelf(msp.signingIdentity(), hash, hash);
  }

  private Optional<Identity> member(ByteString identity) {
    return msps.identity(identity) instanceof IdentityOutcome.Accepted(Identity member)
        ? Optional.of(member)
        : Optional.empty();
  }

  private Optional<String> take(String channelId, ByteString sender, PrivatePayload payload) {
    taken.put(channelId, payload);
    return refusal;
  }

  private Optional<String> send(GossipSelf from, ByteString to) {
    return new PrivateDataSender(from, this::member, Duration.ofSeconds(20))
        .send(connection, to, "mychannel", PAYLOAD);
  }

  private static final PrivatePayload PAYLOAD =
      PrivatePayload.newBuilder()
          .setTxId("tx")
          .setNamespace("basic")
          .setCollectionName("collection")
          .setPrivateRwset(ByteString.copyFromUtf8("writes"))
          .build();

  @Test
  void aMembersDataIsTakenAndAcknowledged() throws Exception {
    ByteString to = receiver.signingIdentity().serialized();
    assertThat(send(self(msp(1, 1), 1, 1), to)).isEmpty();
    assertThat(taken).containsEntry("mychannel", PAYLOAD);
    refusal = Optional.of("no room");
    assertThat(send(self(msp(1, 1), 1, 1), to)).contains("no room");
  }

  @Test
  void strangersAreRefused() throws Exception {
    ByteString to = receiver.signingIdentity().serialized();
    assertThat(send(self(msp(2, 0), 1, 1), to).orElseThrow())
        .startsWith("PERMISSION_DENIED: the identity is not of a member");
    assertThat(taken).isEmpty();
  }

  @Test
  void aMessageOfAnotherConnectionIsRefused() throws Exception {
    ByteString to = receiver.signingIdentity().serialized();
    assertThat(send(self(msp(1, 1), 2, 0), to).orElseThrow())
        .contains("the TLS certificate is not the one that the message names");
    assertThat(taken).isEmpty();
  }

  @Test
  void dataGoesToNobodyButItsAddressee() throws Exception {
    LocalMsp sender = msp(1, 1);
    assertThat(send(self(sender, 1, 1), sender.signingIdentity().serialized()))
        .contains("another peer answers at this address");
    assertThat(taken).isEmpty();
  }

  @Test
  void onePeerOfEachOrganizationComesFirst() {
    List<String> eligible = List.of("a1", "a2", "b1", "c1");
    assertThat(Dissemination.of(eligible, peer -> peer.substring(0, 1), 1, 3).peers())
        .containsExactly("a1", "b1", "c1");
    assertThat(Dissemination.of(eligible, peer -> peer.substring(0, 1), 0, 9).peers())
        .containsExactly("a1", "b1", "c1", "a2");
    assertThat(Dissemination.of(eligible, peer -> peer.substring(0, 1), 0, 0).peers()).isEmpty();
  }
}
