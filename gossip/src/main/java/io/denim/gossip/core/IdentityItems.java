package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PullMsgType;

/// Peers' certificates as they sign them themselves, for others to pull. Owned by the core's
/// thread.
///
/// Follows fabric v3.1.5 gossip/gossip/certstore.go.
final class IdentityItems implements Pull.Items {
  private static final int MAX_ITEMS = 20_000;

  private final MessageCrypto crypto;
  private final Identities identities;
  private final Map<ByteString, Envelope> items = new HashMap<>();

  IdentityItems(Self self, MessageCrypto crypto, Identities identities) {
    this.crypto = crypto;
    this.identities = identities;
    ByteString payload =
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.EMPTY)
            .setPeerIdentity(
                org.hyperledger.fabric.protos.gossip.PeerIdentity.newBuilder()
                    .setPkiId(self.pkiId())
                    .setCert(self.identity()))
            .build()
            .toByteString();
    items.put(
        self.pkiId(),
        Envelope.newBuilder().setPayload(payload).setSignature(crypto.sign(payload)).build());
  }

  static Pull.Kind kind() {
    return new Pull.Kind(PullMsgType.IDENTITY_MSG, GossipMessage.Tag.EMPTY, ByteString.EMPTY);
  }

  @Override
  public Collection<ByteString> names() {
    return items.keySet();
  }

  @Override
  public Optional<Envelope> item(ByteString name) {
    return Optional.ofNullable(items.get(name));
  }

  @Override
  public boolean isWanted(ByteString name) {
    return !items.containsKey(name);
  }

  @Override
  public Optional<ByteString> take(Envelope item, long now) {
    if (items.size() >= MAX_ITEMS) {
      return Optional.empty();
    }
    Optional<ByteString> pkiId = judge(item, now).map(PeerIdentity::pkiId);
    pkiId.ifPresent(each -> items.put(each, item));
    return pkiId;
  }

  private Optional<PeerIdentity> judge(Envelope item, long now) {
    try {
      GossipMessage message = GossipMessage.parseFrom(item.getPayload());
      if (!message.hasPeerIdentity()) {
        return Optional.empty();
      }
      return identities
          .put(message.getPeerIdentity().getPkiId(), message.getPeerIdentity().getCert(), now)
          .filter(identity ->
              crypto.verify(identity.serialized(), item.getPayload(), item.getSignature()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// Hands out an identity no more.
  void remove(ByteString pkiId) {
    items.remove(pkiId);
  }
}
