package io.denim.gossip.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.PkiId;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.core.Member;
import io.denim.gossip.core.Timing;
import io.denim.gossip.core.View;
import io.denim.wire.Sha256;
import java.util.List;
import java.util.Random;
import org.hyperledger.fabric.protos.gossip.AliveMessage;
import org.hyperledger.fabric.protos.gossip.DataDigest;
import org.hyperledger.fabric.protos.gossip.DataMessage;
import org.hyperledger.fabric.protos.gossip.DataUpdate;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.MembershipRequest;
import org.hyperledger.fabric.protos.gossip.MembershipResponse;
import org.hyperledger.fabric.protos.gossip.Payload;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.hyperledger.fabric.protos.gossip.Properties;
import org.hyperledger.fabric.protos.gossip.PullMsgType;
import org.hyperledger.fabric.protos.gossip.StateInfo;
import org.hyperledger.fabric.protos.gossip.StateInfoSnapshot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A member that sends what it should not changes nothing that others know.
@Timeout(60)
class RogueMessagesTest {
  private static final long SECOND = 1_000;
  private static final Timing TIMING = Timing.defaults();
  private static final int JUDGE = 0;
  private static final int VICTIM = 1;
  private static final int ROGUE = 3; // of the victim's organization
  private static final int SIZE = 6;

  private GossipSimulation simulation = new GossipSimulation(11, SIZE, 2, TIMING);

  @BeforeEach
  void meet() {
    simulation = new GossipSimulation(11, SIZE, 2, TIMING);
    simulation.run(9 * SECOND); // between two rounds
    assertThat(simulation.knowledge()).isEqualTo(1.0);
  }

  private Member known(int peer) {
    return simulation.view(JUDGE).members().stream()
        .filter(member -> member.pkiId().equals(simulation.pkiId(peer)))
        .findFirst()
        .orElseThrow();
  }

  private static AliveMessage alive(Envelope envelope) throws Exception {
    return GossipMessage.parseFrom(envelope.getPayload()).getAliveMsg();
  }

  private static GossipMessage message(AliveMessage alive) {
    return GossipMessage.newBuilder().setTag(GossipMessage.Tag.EMPTY).setAliveMsg(alive).build();
  }

  private static Envelope signed(GossipMessage message, ByteString author) {
    ByteString payload = message.toByteString();
    return Envelope.newBuilder()
        .setPayload(payload)
        .setSignature(SimulatedCrypto.signature(author, payload))
        .build();
  }

  private static Envelope unsigned(GossipMessage.Builder message) {
    return Envelope.newBuilder().setPayload(message.build().toByteString()).build();
  }

  private void bring(Envelope envelope) {
    simulation.inject(simulation.pkiId(ROGUE), JUDGE, envelope);
    simulation.run(200);
  }

  private static AliveMessage later(AliveMessage alive, String endpoint) {
    return alive.toBuilder()
        .setMembership(alive.getMembership().toBuilder().setEndpoint(endpoint))
        .setTimestamp(alive.getTimestamp().toBuilder().setSeqNum(1_000_000))
        .build();
  }

  @Test
  void nobodySpeaksInAnothersName() throws Exception {
    AliveMessage forged = later(alive(known(VICTIM).alive()), "rogue:1");
    bring(signed(message(forged), simulation.identity(ROGUE)));
    bring(unsigned(message(forged).toBuilder()));
    assertThat(known(VICTIM).endpoint()).isEqualTo(SimulatedPeer.endpoint(VICTIM));
    bring(
        unsigned(
            GossipMessage.newBuilder()
                .setTag(GossipMessage.Tag.EMPTY)
                .setMemRes(
                    MembershipResponse.newBuilder()
                        .addAlive(signed(message(forged), simulation.identity(ROGUE))))));
    assertThat(known(VICTIM).endpoint()).isEqualTo(SimulatedPeer.endpoint(VICTIM));
  }

  @Test
  void theDeadAreNotRevivedByTheirOldMessages() {
    Envelope last = known(VICTIM).alive();
    simulation.stop(VICTIM);
    simulation.run(TIMING.aliveExpiration().toMillis() + 5 * SECOND);
    bring(last);
    assertThat(simulation.holdingForAlive(simulation.pkiId(VICTIM))).isZero();
    simulation.run(TIMING.forgetAfter() + 10 * SECOND);
    bring(last);
    assertThat(simulation.holdingForAlive(simulation.pkiId(VICTIM))).isZero();
  }

  @Test
  void anOlderMessageDoesNotReplaceALaterOne() throws Exception {
    Envelope older = known(VICTIM).alive();
    AliveMessage later = later(alive(older), "victim.example.com:7051");
    bring(signed(message(later), simulation.identity(VICTIM)));
    assertThat(known(VICTIM).endpoint()).isEqualTo("victim.example.com:7051");
    bring(older);
    assertThat(known(VICTIM).endpoint()).isEqualTo("victim.example.com:7051");
  }

  @Test
  void oversizedAndMalformedMessagesAreRefused() throws Exception {
    AliveMessage own = alive(known(ROGUE).alive());
    bring(signed(message(later(own, "x".repeat(70_000) + ":1")), simulation.identity(ROGUE)));
    bring(signed(message(later(own, "no endpoint")), simulation.identity(ROGUE)));
    bring(
        signed(
            message(later(own, "rogue:1").toBuilder().clearTimestamp().build()),
            simulation.identity(ROGUE)));
    assertThat(known(ROGUE).endpoint()).isEqualTo(SimulatedPeer.endpoint(ROGUE));
  }

  @Test
  void strangersAreNotLearned() {
    ByteString stranger = SimulatedCrypto.identity("StrangerMSP", 1);
    AliveMessage alive =
        AliveMessage.newBuilder()
            .setIdentity(stranger)
            .setMembership(
                org.hyperledger.fabric.protos.gossip.Member.newBuilder()
                    .setPkiId(PkiId.of(stranger))
                    .setEndpoint("stranger:1"))
            .setTimestamp(PeerTime.newBuilder().setIncNum(1).setSeqNum(1))
            .build();
    bring(signed(message(alive), stranger));
    simulation.inject(PkiId.of(stranger), JUDGE, signed(message(alive), stranger));
    simulation.run(SECOND);
    assertThat(simulation.holdingForAlive(PkiId.of(stranger))).isZero();
  }

  @Test
  void aRequestForMembershipIsForOneselfAlone() throws Exception {
    AliveMessage forged = later(alive(known(VICTIM).alive()), "rogue:1");
    long before = simulation.sent(GossipMessage.ContentCase.MEM_RES);
    simulation.inject(
        simulation.pkiId(ROGUE),
        JUDGE,
        unsigned(
            GossipMessage.newBuilder()
                .setTag(GossipMessage.Tag.EMPTY)
                .setMemReq(
                    MembershipRequest.newBuilder()
                        .setSelfInformation(
                            signed(message(forged), simulation.identity(VICTIM))))));
    simulation.run(100);
    assertThat(simulation.sent(GossipMessage.ContentCase.MEM_RES)).isEqualTo(before);
    assertThat(known(VICTIM).endpoint()).isEqualTo(SimulatedPeer.endpoint(VICTIM));
  }

  private GossipMessage state(int author, long height, String channelId) {
    ByteString pkiId = simulation.pkiId(author);
    return GossipMessage.newBuilder()
        .setTag(GossipMessage.Tag.CHAN_OR_ORG)
        .setStateInfo(
            StateInfo.newBuilder()
                .setPkiId(pkiId)
                .setChannelMAC(Sha256.of(pkiId, ByteString.copyFromUtf8(channelId)))
                .setTimestamp(PeerTime.newBuilder().setIncNum(-1L).setSeqNum(1))
                .setProperties(Properties.newBuilder().setLedgerHeight(height)))
        .build();
  }

  private long toldHeight(int peer) {
    return simulation.view(JUDGE).channel(SimulatedPeer.CHANNEL).stream()
        .filter(member -> member.member().pkiId().equals(simulation.pkiId(peer)))
        .mapToLong(ChannelMember::ledgerHeight)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPeersHeightIsToldByItselfAlone() {
    GossipMessage forged = state(VICTIM, 1_000, SimulatedPeer.CHANNEL);
    bring(signed(forged, simulation.identity(ROGUE)));
    bring(
        unsigned(
            GossipMessage.newBuilder()
                .setChannel(ByteString.copyFromUtf8(SimulatedPeer.CHANNEL))
                .setTag(GossipMessage.Tag.CHAN_OR_ORG)
                .setStateSnapshot(
                    StateInfoSnapshot.newBuilder()
                        .addElements(signed(forged, simulation.identity(ROGUE))))));
    assertThat(toldHeight(VICTIM)).isEqualTo(1);
    bring(signed(state(VICTIM, 7, "another"), simulation.identity(VICTIM)));
    assertThat(toldHeight(VICTIM)).isEqualTo(1);
    bring(signed(state(VICTIM, 8, SimulatedPeer.CHANNEL), simulation.identity(VICTIM)));
    assertThat(toldHeight(VICTIM)).isEqualTo(8);
  }

  @Test
  void nobodyBringsWhatWasNotAskedFor() {
    long requests = simulation.sent(GossipMessage.ContentCase.DATA_REQ);
    bring(
        unsigned(
            GossipMessage.newBuilder()
                .setTag(GossipMessage.Tag.EMPTY)
                .setDataDig(
                    DataDigest.newBuilder()
                        .setNonce(5)
                        .setMsgType(PullMsgType.IDENTITY_MSG)
                        .addDigests(ByteString.copyFromUtf8("anything")))));
    bring(
        unsigned(
            GossipMessage.newBuilder()
                .setTag(GossipMessage.Tag.EMPTY)
                .setDataUpdate(
                    DataUpdate.newBuilder()
                        .setNonce(5)
                        .setMsgType(PullMsgType.IDENTITY_MSG)
                        .addData(Envelope.getDefaultInstance()))));
    assertThat(simulation.sent(GossipMessage.ContentCase.DATA_REQ)).isEqualTo(requests);
  }

  private static Envelope block(long number, ByteString content) {
    return unsigned(
        GossipMessage.newBuilder()
            .setChannel(ByteString.copyFromUtf8(SimulatedPeer.CHANNEL))
            .setTag(GossipMessage.Tag.CHAN_AND_ORG)
            .setDataMsg(
                DataMessage.newBuilder()
                    .setPayload(Payload.newBuilder().setSeqNum(number).setData(content))));
  }

  @Test
  void blocksThatNoOrdererSignedAreNotPassedOn() {
    int sameOrganization = 2; // as the judge
    ByteString good = SimulatedCrypto.block(1);
    simulation.inject(
        simulation.pkiId(sameOrganization), JUDGE, block(1, ByteString.copyFromUtf8("forged")));
    simulation.inject(simulation.pkiId(sameOrganization), JUDGE, block(2, good));
    simulation.inject(simulation.pkiId(ROGUE), JUDGE, block(1, good));
    simulation.run(6 * SECOND);
    assertThat(simulation.having(1) + simulation.having(2)).isZero();
    simulation.inject(simulation.pkiId(sameOrganization), JUDGE, block(1, good));
    simulation.run(6 * SECOND);
    assertThat(simulation.having(1)).isEqualTo(3);
  }

  @Test
  void damagedMessagesOfAnyKindHarmNobody() throws Exception {
    Random random = new Random(5);
    View before = simulation.view(JUDGE);
    List<Envelope> samples =
        List.of(
            known(VICTIM).alive(),
            known(ROGUE).alive(),
            signed(state(VICTIM, 9, SimulatedPeer.CHANNEL), simulation.identity(ROGUE)),
            block(1, ByteString.copyFromUtf8("forged")));
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = samples.get(i % samples.size()).getPayload().toByteArray();
      for (int flips = 0; flips <= random.nextInt(4); flips++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Envelope damaged =
          samples.get(i % samples.size()).toBuilder()
              .setPayload(ByteString.copyFrom(bytes))
              .build();
      if (parses(damaged)) {
        simulation.inject(simulation.pkiId(ROGUE), JUDGE, damaged);
      }
    }
    simulation.run(3 * SECOND);
    assertThat(simulation.view(JUDGE).members()).hasSameSizeAs(before.members());
    assertThat(simulation.knowledge()).isEqualTo(1.0);
    assertThat(known(VICTIM).endpoint()).isEqualTo(SimulatedPeer.endpoint(VICTIM));
    assertThat(toldHeight(VICTIM)).isEqualTo(1);
  }

  private static boolean parses(Envelope envelope) {
    try {
      GossipMessage.parseFrom(envelope.getPayload());
      return true;
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      return false;
    }
  }
}
