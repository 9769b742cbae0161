package io.denim.gossip.comm;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;

/// Messages in and out of their envelopes.
public final class Envelopes {
  private static final WireParser<GossipMessage> MESSAGES =
      WireParser.of(GossipMessage.getDefaultInstance());

  private Envelopes() {}

  /// A message from point to point, which the connection vouches for.
  public static Envelope unsigned(GossipMessage message) {
    return Envelope.newBuilder().setPayload(message.toByteString()).build();
  }

  /// @throws InvalidProtocolBufferException if the payload is not a message
  public static GossipMessage open(Envelope envelope) throws InvalidProtocolBufferException {
    return MESSAGES.parse(envelope.getPayload());
  }
}
