package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.AliveMessage;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.hyperledger.fabric.protos.gossip.Secret;
import org.hyperledger.fabric.protos.gossip.SecretEnvelope;

/// Makes this peer's alive messages and judges those of others. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/discovery/discovery_impl.go, gossip/gossip/gossip_impl.go
/// (discoverySecurityAdapter), gossip/protoext/signing.go.
final class AliveMessages {
  private static final int MAX_ENDPOINT = 300;
  private static final int MAX_BYTES = 64 * 1024;

  private final Self self;
  private final MessageCrypto crypto;
  private final Identities identities;
  private final PeerTimestamp start;
  private final long certificateUntil;
  private long sequence;

  /// @param start the incarnation, and the time in milliseconds from which the certificate is told
  AliveMessages(Self self, MessageCrypto crypto, Identities identities, Timing timing, long start) {
    this.self = self;
    this.crypto = crypto;
    this.identities = identities;
    this.start = new PeerTimestamp(start * 1_000_000, 0);
    this.certificateUntil = start + timing.publishCertPeriod().toMillis();
  }

  /// A message of another peer, judged.
  sealed interface Verdict {
    record Valid(Member member) implements Verdict {}

    /// Its author's identity is not known here.
    record UnknownAuthor() implements Verdict {}

    record Refused(String reason) implements Verdict {}
  }

  /// This peer's next message.
  ///
  /// @param withInternal whether it is for the own organization alone
  Envelope own(boolean withInternal, long now) {
    AliveMessage.Builder alive =
        AliveMessage.newBuilder()
            .setMembership(member().setEndpoint(self.endpoint()).setPkiId(self.pkiId()).build())
            .setTimestamp(
                PeerTime.newBuilder().setIncNum(start.incarnation()).setSeqNum(++sequence));
    if (now < certificateUntil) {
      alive.setIdentity(self.identity());
    }
    ByteString payload =
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.EMPTY)
            .setAliveMsg(alive)
            .build()
            .toByteString();
    Envelope.Builder envelope =
        Envelope.newBuilder().setPayload(payload).setSignature(crypto.sign(payload));
    if (withInternal && !self.internalEndpoint().isEmpty()) {
      ByteString secret =
          Secret.newBuilder().setInternalEndpoint(self.internalEndpoint()).build().toByteString();
      envelope.setSecretEnvelope(
          SecretEnvelope.newBuilder().setPayload(secret).setSignature(crypto.sign(secret)));
    }
    return envelope.build();
  }

  private static org.hyperledger.fabric.protos.gossip.Member.Builder member() {
    return org.hyperledger.fabric.protos.gossip.Member.newBuilder();
  }

  /// Judges a message whose time is news.
  Verdict judge(Envelope envelope, AliveMessage message, long now) {
    ByteString pkiId = message.getMembership().getPkiId();
    String endpoint = message.getMembership().getEndpoint();
    if (envelope.getSerializedSize() > MAX_BYTES) {
      return new Verdict.Refused("it has more than " + MAX_BYTES + " bytes");
    }
    if (pkiId.isEmpty() || !message.hasTimestamp() || envelope.getSignature().isEmpty()) {
      return new Verdict.Refused("PKI-ID, time or signature is missing");
    }
    if (!isEndpoint(endpoint)) {
      return new Verdict.Refused("its endpoint is not host:port");
    }
    Optional<PeerIdentity> author =
        message.getIdentity().isEmpty()
            ? identities.get(pkiId, now)
            : identities.put(pkiId, message.getIdentity(), now);
    if (author.isEmpty()) {
      return message.getIdentity().isEmpty()
          ? new Verdict.UnknownAuthor()
          : new Verdict.Refused("its identity is not of a member");
    }
    ByteString serialized = author.get().serialized();
    if (!crypto.verify(serialized, envelope.getPayload(), envelope.getSignature())) {
      return new Verdict.Refused("the signature is not its author's");
    }
    Optional<String> internal = internalEndpoint(envelope, serialized);
    if (internal.isEmpty()) {
      return new Verdict.Refused("its secret is not its author's");
    }
    return new Verdict.Valid(
        new Member(pkiId, author.get().mspId(), serialized, endpoint, internal.get(), envelope));
  }

  private static boolean isEndpoint(String endpoint) {
    return endpoint.isEmpty() || (endpoint.length() <= MAX_ENDPOINT && endpoint.indexOf(':') > 0);
  }

  /// @return empty text if there is none; nothing at all if it is forged
  private Optional<String> internalEndpoint(Envelope envelope, ByteString author) {
    if (!envelope.hasSecretEnvelope()) {
      return Optional.of("");
    }
    SecretEnvelope secret = envelope.getSecretEnvelope();
    if (!crypto.verify(author, secret.getPayload(), secret.getSignature())) {
      return Optional.empty();
    }
    try {
      String internal = Secret.parseFrom(secret.getPayload()).getInternalEndpoint();
      return isEndpoint(internal) ? Optional.of(internal) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// The message without what is for its author's organization alone.
  static Envelope withoutSecret(Envelope envelope) {
    return envelope.hasSecretEnvelope()
        ? envelope.toBuilder().clearSecretEnvelope().build()
        : envelope;
  }
}
