package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.core.Outbox.Destination;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.gossip.DataDigest;
import org.hyperledger.fabric.protos.gossip.DataRequest;
import org.hyperledger.fabric.protos.gossip.DataUpdate;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipHello;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PullMsgType;

/// How peers learn each other's certificates: one says hello, the other lists what it has, the
/// first asks for what it lacks and gets it, each as its owner signed it. Owned by the core's
/// thread.
///
/// Follows fabric v3.1.5 gossip/gossip/{certstore,algo/pull}.go, without its waiting for all
/// digests before asking.
final class IdentityPull {
  private static final int MAX_ITEMS = 20_000;
  private static final int MAX_NONCES = 1_000;
  private static final long NONCE_MILLIS = 4_000;
  private static final long SPACING = 200;

  private final MessageCrypto crypto;
  private final Identities identities;
  private final Outbox outbox;
  private final RandomGenerator random;
  private final Map<ByteString, Envelope> items = new HashMap<>();
  private final Map<Long, Nonce> asked = nonces();
  private final Map<Long, Nonce> greeted = nonces();
  private final Map<ByteString, Long> lastHello = new HashMap<>();

  private record Nonce(ByteString peer, long expires) {}

  private static Map<Long, Nonce> nonces() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Long, Nonce> eldest) {
        return size() > MAX_NONCES;
      }
    };
  }

  IdentityPull(
      Self self,
      MessageCrypto crypto,
      Identities identities,
      Outbox outbox,
      RandomGenerator random) {
    this.crypto = crypto;
    this.identities = identities;
    this.outbox = outbox;
    this.random = random;
    items.put(self.pkiId(), own(self));
  }

  private Envelope own(Self self) {
    var identity =
        org.hyperledger.fabric.protos.gossip.PeerIdentity.newBuilder()
            .setPkiId(self.pkiId())
            .setCert(self.identity());
    ByteString payload =
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.EMPTY)
            .setPeerIdentity(identity)
            .build()
            .toByteString();
    return Envelope.newBuilder().setPayload(payload).setSignature(crypto.sign(payload)).build();
  }

  /// Says hello, at most five times a second to one peer.
  void hello(Destination to, long now) {
    Long last = lastHello.get(to.pkiId());
    if (last != null && now - last < SPACING) {
      return;
    }
    if (lastHello.size() > MAX_NONCES) {
      lastHello.clear();
    }
    lastHello.put(to.pkiId(), now);
    long nonce = random.nextLong();
    asked.put(nonce, new Nonce(to.pkiId(), now + NONCE_MILLIS));
    outbox.send(
        to,
        message()
            .setHello(GossipHello.newBuilder().setNonce(nonce).setMsgType(PullMsgType.IDENTITY_MSG))
            .build());
  }

  private static GossipMessage.Builder message() {
    return GossipMessage.newBuilder().setTag(GossipMessage.Tag.EMPTY);
  }

  /// Answers a hello with what the peer may know of.
  void onHello(Destination from, GossipHello hello, Predicate<ByteString> disclosed, long now) {
    greeted.put(hello.getNonce(), new Nonce(from.pkiId(), now + NONCE_MILLIS));
    List<ByteString> digests = items.keySet().stream().filter(disclosed).toList();
    if (!digests.isEmpty()) {
      outbox.send(
          from,
          message()
              .setDataDig(
                  DataDigest.newBuilder()
                      .setNonce(hello.getNonce())
                      .addAllDigests(digests)
                      .setMsgType(PullMsgType.IDENTITY_MSG))
              .build());
    }
  }

  /// Asks for what is new in a list that this peer asked for.
  void onDigest(Destination from, DataDigest digest, long now) {
    if (!isCurrent(asked, digest.getNonce(), from, now)) {
      return;
    }
    Set<ByteString> wanted = new HashSet<>();
    for (ByteString pkiId : digest.getDigestsList()) {
      if (!items.containsKey(pkiId) && wanted.size() < MAX_ITEMS) {
        wanted.add(pkiId);
      }
    }
    if (!wanted.isEmpty()) {
      outbox.send(
          from,
          message()
              .setDataReq(
                  DataRequest.newBuilder()
                      .setNonce(digest.getNonce())
                      .addAllDigests(wanted)
                      .setMsgType(PullMsgType.IDENTITY_MSG))
              .build());
    }
  }

  /// Hands out what was asked for after a hello.
  void onRequest(Destination from, DataRequest request, Predicate<ByteString> disclosed, long now) {
    if (!isCurrent(greeted, request.getNonce(), from, now)) {
      return;
    }
    DataUpdate.Builder update =
        DataUpdate.newBuilder().setNonce(request.getNonce()).setMsgType(PullMsgType.IDENTITY_MSG);
    for (ByteString pkiId : new HashSet<>(request.getDigestsList())) {
      Envelope item = items.get(pkiId);
      if (item != null && disclosed.test(pkiId)) {
        update.addData(item);
      }
    }
    if (update.getDataCount() > 0) {
      outbox.send(from, message().setDataUpdate(update).build());
    }
  }

  /// Takes identities that were asked for.
  ///
  /// @return the PKI-IDs that are known from now on
  List<ByteString> onUpdate(Destination from, DataUpdate update, long now) {
    List<ByteString> learned = new ArrayList<>();
    if (!isCurrent(asked, update.getNonce(), from, now)) {
      return learned;
    }
    for (Envelope item : update.getDataList()) {
      Optional<PeerIdentity> identity = judge(item, now);
      if (identity.isPresent() && items.size() < MAX_ITEMS) {
        items.put(identity.get().pkiId(), item);
        learned.add(identity.get().pkiId());
      }
    }
    return learned;
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

  private static boolean isCurrent(
      Map<Long, Nonce> nonces, long value, Destination from, long now) {
    Nonce nonce = nonces.get(value);
    return nonce != null && nonce.peer().equals(from.pkiId()) && nonce.expires() >= now;
  }

  /// Hands out an identity no more.
  void remove(ByteString pkiId) {
    items.remove(pkiId);
  }
}
