package io.denim.gossip.core;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.AliveMessage;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.MembershipResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers who asks for the members with those that it may know of, itself last, and reads such
/// answers (fabric v3.1.5 gossip/discovery/discovery_impl.go createMembershipResponse). Used by the
/// core's thread.
final class MembershipAnswers {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.discovery");

  private final Self self;
  private final Membership membership;
  private final AliveMessages aliveMessages;
  private final Disclosure disclosure;

  MembershipAnswers(
      Self self, Membership membership, AliveMessages aliveMessages, Disclosure disclosure) {
    this.self = self;
    this.membership = membership;
    this.aliveMessages = aliveMessages;
    this.disclosure = disclosure;
  }

  /// @param nonce of the request
  GossipMessage answer(long nonce, Member asker, long now) {
    MembershipResponse.Builder response = MembershipResponse.newBuilder();
    for (Member each : membership.aliveMembers()) {
      if (disclosure.mayKnow(asker, each.mspId(), each.endpoint())) {
        response.addAlive(disclosure.forListener(each.alive(), asker.mspId()));
      }
    }
    for (Member each : membership.deadMembers()) {
      if (disclosure.mayKnow(asker, each.mspId(), each.endpoint())) {
        response.addDead(disclosure.forListener(each.alive(), asker.mspId()));
      }
    }
    response.addAlive(aliveMessages.own(asker.mspId().equals(self.mspId()), now));
    return GossipMessage.newBuilder()
        .setTag(GossipMessage.Tag.EMPTY)
        .setNonce(nonce)
        .setMemRes(response)
        .build();
  }

  /// An entry of an answer, empty if it is none.
  static Optional<AliveMessage> aliveMessage(Envelope envelope) {
    try {
      GossipMessage message = GossipMessage.parseFrom(envelope.getPayload());
      return message.hasAliveMsg() ? Optional.of(message.getAliveMsg()) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("Membership response contains an invalid message: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
