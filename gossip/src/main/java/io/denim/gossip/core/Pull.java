package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import io.denim.gossip.core.Outbox.Destination;
import java.util.ArrayList;
import java.util.Collection;
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

/// How peers get from each other what they have missed: one says hello, the other lists what it
/// has, the first asks for what it lacks and gets it. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/gossip/algo/pull.go, gossip/gossip/pull/pullstore.go, without their
/// waiting for all lists before asking.
final class Pull {
  private static final int MAX_NONCES = 1_000;
  private static final int MAX_WANTED = 20_000;
  private static final long NONCE_MILLIS = 4_000;
  private static final long SPACING = 200;

  private final Kind kind;
  private final Items items;
  private final Outbox outbox;
  private final RandomGenerator random;
  private final Map<Long, Nonce> asked = nonces();
  private final Map<Long, Nonce> greeted = nonces();
  private final Map<ByteString, Long> lastHello = new HashMap<>();

  /// What is pulled, as its messages say.
  ///
  /// @param channel its name; empty for what belongs to none
  record Kind(PullMsgType type, GossipMessage.Tag tag, ByteString channel) {}

  /// The things that are pulled, each with a short name.
  interface Items {
    /// The names of what is here.
    Collection<ByteString> names();

    Optional<Envelope> item(ByteString name);

    /// Whether a thing of this name is lacking here.
    boolean isWanted(ByteString name);

    /// Takes a thing that was asked for.
    ///
    /// @return its name; empty if it is refused
    Optional<ByteString> take(Envelope item, long now);
  }

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

  Pull(Kind kind, Items items, Outbox outbox, RandomGenerator random) {
    this.kind = kind;
    this.items = items;
    this.outbox = outbox;
    this.random = random;
  }

  private GossipMessage.Builder message() {
    return GossipMessage.newBuilder().setTag(kind.tag()).setChannel(kind.channel());
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
            .setHello(GossipHello.newBuilder().setNonce(nonce).setMsgType(kind.type()))
            .build());
  }

  /// Takes one of the four messages.
  ///
  /// @param disclosed which things the peer may know of
  /// @return the names of what is here from now on
  List<ByteString> received(
      Destination from, GossipMessage message, Predicate<ByteString> disclosed, long now) {
    return switch (message.getContentCase()) {
      case HELLO -> onHello(from, message.getHello(), disclosed, now);
      case DATA_DIG -> onDigest(from, message.getDataDig(), now);
      case DATA_REQ -> onRequest(from, message.getDataReq(), disclosed, now);
      case DATA_UPDATE -> onUpdate(from, message.getDataUpdate(), now);
      default -> throw new IllegalArgumentException("not a pull: " + message.getContentCase());
    };
  }

  private List<ByteString> onHello(
      Destination from, GossipHello hello, Predicate<ByteString> disclosed, long now) {
    greeted.put(hello.getNonce(), new Nonce(from.pkiId(), now + NONCE_MILLIS));
    DataDigest.Builder digest =
        DataDigest.newBuilder().setNonce(hello.getNonce()).setMsgType(kind.type());
    for (ByteString name : items.names()) {
      if (disclosed.test(name)) {
        digest.addDigests(name);
      }
    }
    if (digest.getDigestsCount() > 0) {
      outbox.send(from, message().setDataDig(digest).build());
    }
    return List.of();
  }

  private List<ByteString> onDigest(Destination from, DataDigest digest, long now) {
    if (!isCurrent(asked, digest.getNonce(), from, now)) {
      return List.of();
    }
    Set<ByteString> wanted = new HashSet<>();
    for (ByteString name : digest.getDigestsList()) {
      if (items.isWanted(name) && wanted.size() < MAX_WANTED) {
        wanted.add(name);
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
                      .setMsgType(kind.type()))
              .build());
    }
    return List.of();
  }

  private List<ByteString> onRequest(
      Destination from, DataRequest request, Predicate<ByteString> disclosed, long now) {
    if (!isCurrent(greeted, request.getNonce(), from, now)) {
      return List.of();
    }
    DataUpdate.Builder update =
        DataUpdate.newBuilder().setNonce(request.getNonce()).setMsgType(kind.type());
    for (ByteString name : new HashSet<>(request.getDigestsList())) {
      if (disclosed.test(name)) {
        items.item(name).ifPresent(update::addData);
      }
    }
    if (update.getDataCount() > 0) {
      outbox.send(from, message().setDataUpdate(update).build());
    }
    return List.of();
  }

  private List<ByteString> onUpdate(Destination from, DataUpdate update, long now) {
    List<ByteString> taken = new ArrayList<>();
    if (isCurrent(asked, update.getNonce(), from, now)) {
      for (Envelope item : update.getDataList()) {
        items.take(item, now).ifPresent(taken::add);
      }
    }
    return taken;
  }

  private static boolean isCurrent(
      Map<Long, Nonce> nonces, long value, Destination from, long now) {
    Nonce nonce = nonces.get(value);
    return nonce != null && nonce.peer().equals(from.pkiId()) && nonce.expires() >= now;
  }
}
