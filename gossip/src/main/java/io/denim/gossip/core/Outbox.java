package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;

/// Gathers effects while the core works on one input. Owned by the core's thread.
final class Outbox {
  private List<Effect> effects = new ArrayList<>();

  void add(Effect effect) {
    effects.add(effect);
  }

  void send(Destination to, Envelope envelope) {
    effects.add(new Effect.Send(to.pkiId(), to.endpoint(), envelope));
  }

  /// A message that the connection vouches for.
  void send(Destination to, GossipMessage message) {
    send(to, Envelope.newBuilder().setPayload(message.toByteString()).build());
  }

  List<Effect> take() {
    List<Effect> taken = effects;
    effects = new ArrayList<>();
    return taken;
  }

  /// @param endpoint empty where only an open connection will do
  record Destination(ByteString pkiId, String endpoint) {}
}
