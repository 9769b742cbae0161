package io.denim.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.Answer;
import io.denim.gossip.comm.PeerAddress;
import io.denim.gossip.comm.PkiId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PrivateDataMessage;
import org.hyperledger.fabric.protos.gossip.PrivatePayload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Messages from peer to peer over TLS.
@Timeout(60)
class CommunicationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final PrivatePayload PAYLOAD =
      PrivatePayload.newBuilder()
          .setTxId("tx")
          .setNamespace("basic")
          .setCollectionName("collection")
          .setPrivateRwset(ByteString.copyFromUtf8("writes"))
          .build();

  @TempDir private Path directory;
  private final Map<String, PrivatePayload> taken = new ConcurrentHashMap<>();
  private Optional<String> refusal = Optional.empty();
  private TestPeers peers;
  private TestPeers.Peer receiver;

  @BeforeEach
  void start() throws Exception {
    peers = new TestPeers(directory);
    receiver = peers.start(peers.self(1, 0), peers.tls(1, 0), List.of("Org1MSP"));
    receiver
        .communication()
        .handle(
            GossipMessage.ContentCase.PRIVATE_DATA,
            "",
            incoming -> {
              taken.put(incoming.channelId(), incoming.message().getPrivateData().getPayload());
              incoming.acknowledge(refusal);
            });
  }

  @AfterEach
  void stop() {
    peers.close();
  }

  private static GossipMessage message(String channelId) {
    return GossipMessage.newBuilder()
        .setTag(GossipMessage.Tag.CHAN_ONLY)
        .setChannel(ByteString.copyFromUtf8(channelId))
        .setPrivateData(PrivateDataMessage.newBuilder().setPayload(PAYLOAD))
        .build();
  }

  private static Answer ask(TestPeers.Peer from, PeerAddress to) throws InterruptedException {
    return from.communication().request(to, message("mychannel"), PATIENCE);
  }

  @Test
  void aMembersMessageIsTakenAndAcknowledged() throws Exception {
    TestPeers.Peer sender = peers.start(peers.self(1, 1), peers.tls(1, 1), List.of("Org1MSP"));
    assertThat(ask(sender, receiver.address()))
        .isInstanceOfSatisfying(
            Answer.Received.class,
            answer -> assertThat(answer.message().getAck().getError()).isEmpty());
    assertThat(taken).containsEntry("mychannel", PAYLOAD);
    refusal = Optional.of("no room");
    assertThat(ask(sender, receiver.address()))
        .isInstanceOfSatisfying(
            Answer.Received.class,
            answer -> assertThat(answer.message().getAck().getError()).isEqualTo("no room"));
  }

  @Test
  void answersComeBackOverTheSameConnectionWithoutDialing() throws Exception {
    TestPeers.Peer sender = peers.start(peers.self(1, 1), peers.tls(1, 1), List.of("Org1MSP"));
    assertThat(ask(sender, receiver.address())).isInstanceOf(Answer.Received.class);
    sender
        .communication()
        .handle(
            GossipMessage.ContentCase.PRIVATE_DATA,
            "mychannel",
            incoming -> incoming.acknowledge(Optional.of("from the other side")));
    PeerAddress undialable = new PeerAddress(sender.address().pkiId(), "");
    assertThat(ask(receiver, undialable))
        .isInstanceOfSatisfying(
            Answer.Received.class,
            answer ->
                assertThat(answer.message().getAck().getError()).isEqualTo("from the other side"));
  }

  @Test
  void strangersAreRefused() throws Exception {
    TestPeers.Peer stranger =
        peers.start(peers.self(2, 0), peers.tls(1, 1), List.of("Org1MSP", "Org2MSP"));
    assertThat(ask(stranger, receiver.address())).isInstanceOf(Answer.Missing.class);
    assertThat(taken).isEmpty();
  }

  @Test
  void aHandshakeOfAnotherConnectionIsRefused() throws Exception {
    TestPeers.Peer thief = peers.start(peers.self(1, 1), peers.tls(2, 0), List.of("Org1MSP"));
    assertThat(ask(thief, receiver.address())).isInstanceOf(Answer.Missing.class);
    assertThat(taken).isEmpty();
  }

  @Test
  void dataGoesToNobodyButItsAddressee() throws Exception {
    TestPeers.Peer sender = peers.start(peers.self(1, 1), peers.tls(1, 1), List.of("Org1MSP"));
    PeerAddress another = new PeerAddress(sender.address().pkiId(), receiver.address().endpoint());
    assertThat(sender.communication().request(another, message("mychannel"), Duration.ofSeconds(2)))
        .isInstanceOf(Answer.Missing.class);
    assertThat(taken).isEmpty();
  }

  @Test
  void whoeverDoesNotAnswerIsNotWaitedForLonger() throws Exception {
    TestPeers.Peer sender = peers.start(peers.self(1, 1), peers.tls(1, 1), List.of("Org1MSP"));
    PeerAddress nobody =
        new PeerAddress(receiver.address().pkiId(), "localhost:" + peers.unusedPort());
    assertThat(sender.communication().request(nobody, message("mychannel"), PATIENCE))
        .isInstanceOf(Answer.Missing.class);
    receiver.communication().handle(GossipMessage.ContentCase.PRIVATE_DATA, "", incoming -> {});
    assertThat(
            sender
                .communication()
                .request(receiver.address(), message("mychannel"), Duration.ofMillis(200)))
        .isEqualTo(
            new Answer.Missing(
                PkiId.brief(receiver.address().pkiId()) + " did not answer within 200 ms"));
  }

  @Test
  void onePeerOfEachOrganizationComesFirst() {
    List<String> eligible = List.of("a1", "a2", "b1", "c1");
    assertThat(Dissemination.of(eligible, peer -> peer.substring(0, 1), 3).peers())
        .containsExactly("a1", "b1", "c1");
    assertThat(Dissemination.of(eligible, peer -> peer.substring(0, 1), 9).peers())
        .containsExactly("a1", "b1", "c1", "a2");
    assertThat(Dissemination.of(eligible, peer -> peer.substring(0, 1), 0).peers()).isEmpty();
  }
}
