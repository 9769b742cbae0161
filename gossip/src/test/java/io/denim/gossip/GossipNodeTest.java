package io.denim.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.Answer;
import io.denim.gossip.core.ChannelStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.hyperledger.fabric.protos.gossip.AliveMessage;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.hyperledger.fabric.protos.gossip.PrivateDataMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that find each other over real connections.
@Timeout(120)
class GossipNodeTest {
  @TempDir private Path directory;
  private TestPeers peers;

  @BeforeEach
  void generate() throws Exception {
    peers = new TestPeers(directory);
  }

  @AfterEach
  void stop() {
    peers.close();
  }

  private static List<ChannelStatus> channel(TestPeers.Peer anchor, long height) {
    return List.of(
        new ChannelStatus(
            "mychannel",
            1,
            Set.of("Org1MSP", "Org2MSP"),
            List.of(new ChannelStatus.Anchor("Org1MSP", anchor.address().endpoint())),
            height,
            Map.of("basic", "3"),
            false));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  @Test
  void peersOfTwoOrganizationsMeetAndNoticeTheDeath() throws Exception {
    List<String> both = List.of("Org1MSP", "Org2MSP");
    TestPeers.Peer anchor =
        peers.start(peers.self(1, 0), peers.tls(1, 0), both, GossipSettings.defaults(), List::of);
    TestPeers.Peer other =
        peers.start(
            peers.self(2, 0),
            peers.tls(2, 0),
            both,
            GossipSettings.defaults(),
            () -> channel(anchor, 7));
    TestPeers.Peer first =
        peers.start(
            peers.self(1, 1),
            peers.tls(1, 1),
            both,
            GossipSettings.defaults(),
            () -> channel(anchor, 5));
    List.of(anchor, other, first).forEach(each -> each.node().start());
    await(() -> first.node().view().channel("mychannel").size() == 1);
    assertThat(first.node().view().channel("mychannel").getFirst())
        .satisfies(member -> {
          assertThat(member.ledgerHeight()).isEqualTo(7);
          assertThat(member.member().mspId()).isEqualTo("Org2MSP");
          assertThat(member.member().internalEndpoint()).isEmpty();
          assertThat(member.chaincodes().getFirst().getVersion()).isEqualTo("3");
        });
    await(() -> other.node().view().members().size() == 2);
    other.close();
    await(() -> first.node().view().channel("mychannel").isEmpty());
    assertThat(first.node().view().members()).hasSize(1);
  }

  @Test
  void aFloodFromOnePeerLeavesOthersServed() throws Exception {
    TestPeers.Peer flooded = peers.start(peers.self(1, 0), peers.tls(1, 0), List.of("Org1MSP"));
    flooded
        .communication()
        .handle(
            GossipMessage.ContentCase.PRIVATE_DATA,
            "",
            incoming -> incoming.acknowledge(Optional.empty()));
    flooded.node().start();
    TestPeers.Peer flooder = peers.start(peers.self(1, 1), peers.tls(1, 1), List.of("Org1MSP"));
    TestPeers.Peer honest = peers.start(peers.self(1, 2), peers.tls(1, 2), List.of("Org1MSP"));
    AtomicBoolean ended = new AtomicBoolean();
    Thread flood =
        Thread.ofVirtual()
            .start(() -> {
              long sequence = 0;
              while (!ended.get()) {
                if (!flooder.communication().send(flooded.address(), forged(++sequence))) {
                  Thread.yield();
                }
              }
            });
    try {
      GossipMessage question =
          GossipMessage.newBuilder()
              .setTag(GossipMessage.Tag.CHAN_ONLY)
              .setPrivateData(PrivateDataMessage.getDefaultInstance())
              .build();
      for (int i = 0; i < 5; i++) {
        assertThat(
                honest.communication().request(flooded.address(), question, Duration.ofSeconds(20)))
            .isInstanceOf(Answer.Received.class);
      }
    } finally {
      ended.set(true);
      flood.join();
    }
  }

  private Envelope forged(long sequence) {
    AliveMessage alive =
        AliveMessage.newBuilder()
            .setMembership(
                org.hyperledger.fabric.protos.gossip.Member.newBuilder()
                    .setPkiId(ByteString.copyFromUtf8("somebody " + sequence))
                    .setEndpoint("somewhere:1"))
            .setTimestamp(PeerTime.newBuilder().setIncNum(1).setSeqNum(sequence))
            .build();
    return Envelope.newBuilder()
        .setPayload(
            GossipMessage.newBuilder()
                .setTag(GossipMessage.Tag.EMPTY)
                .setAliveMsg(alive)
                .build()
                .toByteString())
        .setSignature(ByteString.copyFromUtf8("none"))
        .build();
  }
}
