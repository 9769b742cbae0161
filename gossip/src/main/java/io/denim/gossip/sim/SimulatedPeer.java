package io.denim.gossip.sim;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.PkiId;
import io.denim.gossip.core.ChannelStatus;
import io.denim.gossip.core.ElectionTiming;
import io.denim.gossip.core.GossipCore;
import io.denim.gossip.core.Self;
import io.denim.gossip.core.Timing;
import io.denim.gossip.core.View;
import io.denim.wire.Sha256;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.hyperledger.fabric.protos.gossip.AliveMessage;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.Member;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.hyperledger.fabric.protos.gossip.Properties;
import org.hyperledger.fabric.protos.gossip.StateInfo;

/// One peer of a simulation, up or down. Owned by the simulation's thread.
final class SimulatedPeer {
  static final String CHANNEL = "channel";

  private final Self self;
  private final Timing timing;
  private final Optional<ElectionTiming> election;
  private final SimulatedCrypto crypto;
  private final Random random;
  private final List<ChannelStatus.Anchor> anchors;
  private final Set<String> bootstrap;
  private final Set<Long> blocks = new HashSet<>();
  private GossipCore core;
  private boolean up = true;
  private boolean leads;
  private long height = 1;

  /// @param anchors of the channel that all peers are in
  SimulatedPeer(
      int number,
      String mspId,
      Plan plan,
      List<ChannelStatus.Anchor> anchors,
      Set<String> bootstrap,
      long now) {
    ByteString identity = SimulatedCrypto.identity(mspId, number);
    String endpoint = endpoint(number);
    this.self = new Self(PkiId.of(identity), identity, mspId, endpoint, endpoint);
    this.timing = plan.timing();
    this.election = plan.election();
    this.crypto = new SimulatedCrypto(identity, plan.organizations(), plan.revoked());
    this.random = new Random(plan.seed() * 31 + number);
    this.anchors = List.copyOf(anchors);
    this.bootstrap = Set.copyOf(bootstrap);
    this.core = start(now);
  }

  /// What all peers share.
  ///
  /// @param election how leaders are elected; empty if none is
  /// @param revoked PKI-IDs that are valid no more
  record Plan(
      long seed,
      Timing timing,
      Optional<ElectionTiming> election,
      Set<String> organizations,
      Set<ByteString> revoked) {}

  static String endpoint(int number) {
    return "peer" + number + ":7051";
  }

  private GossipCore start(long now) {
    return new GossipCore(self, bootstrap, timing, election, crypto, random, now);
  }

  Self self() {
    return self;
  }

  ByteString pkiId() {
    return self.pkiId();
  }

  GossipCore core() {
    return core;
  }

  boolean isUp() {
    return up;
  }

  View view() {
    return core.view();
  }

  /// The blocks that gossip has brought.
  Set<Long> blocks() {
    return blocks;
  }

  /// Whether it was elected.
  boolean leads() {
    return leads;
  }

  void setLeads(boolean now) {
    leads = now;
  }

  void setHeight(long blocks) {
    height = blocks;
  }

  List<ChannelStatus> channels() {
    return List.of(
        new ChannelStatus(
            CHANNEL,
            crypto.revoked().size(),
            crypto.organizations(),
            anchors,
            height,
            Map.of("basic", "1"),
            false));
  }

  /// What it would tell of itself first.
  Envelope aliveMessage() {
    return signed(
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.EMPTY)
            .setAliveMsg(
                AliveMessage.newBuilder()
                    .setMembership(
                        Member.newBuilder().setEndpoint(self.endpoint()).setPkiId(pkiId()))
                    .setTimestamp(PeerTime.newBuilder().setIncNum(1).setSeqNum(1))));
  }

  /// What it would tell of itself in the channel first.
  Envelope stateMessage() {
    return signed(
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.CHAN_OR_ORG)
            .setStateInfo(
                StateInfo.newBuilder()
                    .setPkiId(pkiId())
                    .setChannelMAC(Sha256.of(pkiId(), ByteString.copyFromUtf8(CHANNEL)))
                    .setTimestamp(PeerTime.newBuilder().setIncNum(1).setSeqNum(1))
                    .setProperties(Properties.newBuilder().setLedgerHeight(height))));
  }

  private Envelope signed(GossipMessage.Builder message) {
    ByteString payload = message.build().toByteString();
    return Envelope.newBuilder().setPayload(payload).setSignature(crypto.sign(payload)).build();
  }

  void stop() {
    up = false;
  }

  /// Starts again, with nothing remembered.
  void restart(long now) {
    up = true;
    leads = false;
    core = start(now);
  }
}
