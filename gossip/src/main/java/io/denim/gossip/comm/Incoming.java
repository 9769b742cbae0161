package io.denim.gossip.comm;

import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.Acknowledgement;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;

/// A message from another peer, and the way back to it. Safe for use by any thread.
public final class Incoming {
  private final RemotePeer from;
  private final Envelope envelope;
  private final GossipMessage message;
  private final Connection connection;

  Incoming(RemotePeer from, Envelope envelope, GossipMessage message, Connection connection) {
    this.from = from;
    this.envelope = envelope;
    this.message = message;
    this.connection = connection;
  }

  public RemotePeer from() {
    return from;
  }

  /// As it came, for messages that are passed on under their author's signature.
  public Envelope envelope() {
    return envelope;
  }

  public GossipMessage message() {
    return message;
  }

  /// The id of the channel that the message names; empty if it names none.
  public String channelId() {
    return message.getChannel().toStringUtf8();
  }

  /// Answers over the same connection, under the message's nonce.
  ///
  /// @param answer its nonce does not matter
  /// @return whether there was room for it
  public boolean answer(GossipMessage answer) {
    GossipMessage named = answer.toBuilder().setNonce(message.getNonce()).build();
    return connection.offer(from.pkiId(), Envelopes.unsigned(named));
  }

  /// Tells that the message was taken, or why not.
  ///
  /// @param refusal empty if it was taken
  public boolean acknowledge(Optional<String> refusal) {
    return answer(
        GossipMessage.newBuilder()
            .setAck(Acknowledgement.newBuilder().setError(refusal.orElse("")))
            .build());
  }

  /// Has the connection read on; called once when the message has been dealt with.
  void done() {
    connection.processed(envelope);
  }
}
