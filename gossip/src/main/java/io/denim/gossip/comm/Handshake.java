package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.Identity;
import io.denim.wire.Sha256;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.ConnEstablish;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;

/// The first message each way on a gossip stream: who one is, signed, and bound to the connection
/// by the hash of one's TLS certificate. Immutable.
///
/// Follows fabric v3.1.5 gossip/comm/comm_impl.go authenticateRemotePeer.
record Handshake(GossipSelf self, GossipMembers members) {
  /// A certificate with a long chain of attributes and the room around it.
  private static final int MAX_BYTES = 64 * 1024;

  /// What comes of the other side's message.
  sealed interface Outcome {
    /// @param probe whether it only wanted to know who is here
    record Accepted(RemotePeer peer, boolean probe) implements Outcome {}

    record Refused(String reason) implements Outcome {}
  }

  /// This peer's message.
  ///
  /// @param certificate the hash of the TLS certificate that it shows on this stream
  Envelope greeting(Optional<ByteString> certificate) {
    ByteString identity = self.identity().serialized();
    ByteString payload =
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.EMPTY)
            .setConn(
                ConnEstablish.newBuilder()
                    .setIdentity(identity)
                    .setPkiId(PkiId.of(identity))
                    .setTlsCertHash(certificate.orElse(ByteString.EMPTY)))
            .build()
            .toByteString();
    return Envelope.newBuilder()
        .setPayload(payload)
        .setSignature(self.identity().sign(payload))
        .build();
  }

  /// Judges the other side's message.
  ///
  /// @param shown the TLS certificate of the other side; absent where the connection has no TLS
  /// @param address of the other side, for logs
  Outcome judge(Envelope envelope, Optional<X509Certificate> shown, String address) {
    if (envelope.getSerializedSize() > MAX_BYTES) {
      return new Outcome.Refused("the handshake has more than " + MAX_BYTES + " bytes");
    }
    GossipMessage message;
    try {
      message = Envelopes.open(envelope);
    } catch (InvalidProtocolBufferException e) {
      return new Outcome.Refused("malformed message: " + e.getMessage());
    }
    if (!message.hasConn()) {
      return new Outcome.Refused("wrong type");
    }
    ConnEstablish greeting = message.getConn();
    if (greeting.getPkiId().isEmpty()) {
      return new Outcome.Refused("no PKI-ID");
    }
    Optional<Identity> peer = members.member(greeting.getIdentity());
    if (peer.isEmpty()) {
      return new Outcome.Refused("the identity is not of a member");
    }
    if (!greeting.getPkiId().equals(PkiId.of(greeting.getIdentity()))) {
      return new Outcome.Refused("the PKI-ID is not the identity's");
    }
    boolean tls = self.serverCertificate().get().isPresent();
    if (tls && !isShown(greeting.getTlsCertHash(), shown)) {
      return new Outcome.Refused("the TLS certificate is not the one that the message names");
    }
    if (!peer.get().verify(envelope.getPayload(), envelope.getSignature())) {
      return new Outcome.Refused("the signature is not the identity's");
    }
    return new Outcome.Accepted(
        new RemotePeer(
            greeting.getPkiId(),
            peer.get(),
            envelope.getPayload(),
            envelope.getSignature(),
            address),
        greeting.getProbe());
  }

  private static boolean isShown(ByteString hash, Optional<X509Certificate> shown) {
    try {
      return shown.isPresent()
          && Sha256.of(ByteString.copyFrom(shown.get().getEncoded())).equals(hash);
    } catch (CertificateEncodingException e) {
      return false;
    }
  }
}
