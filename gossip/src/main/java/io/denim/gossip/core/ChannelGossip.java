package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.hyperledger.fabric.protos.gossip.Chaincode;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.hyperledger.fabric.protos.gossip.Properties;
import org.hyperledger.fabric.protos.gossip.PullMsgType;
import org.hyperledger.fabric.protos.gossip.StateInfo;
import org.hyperledger.fabric.protos.gossip.StateInfoPullRequest;
import org.hyperledger.fabric.protos.gossip.StateInfoSnapshot;

/// What peers tell of themselves in one channel: height, chaincodes, that they left. Owned by the
/// core's thread.
///
/// Follows fabric v3.1.5 gossip/gossip/channel/channel.go.
final class ChannelGossip {
  private static final int MAX_INFOS = 20_000;
  private static final int MAX_INFO_BYTES = 256 * 1024;

  private final String channelId;
  private final Self self;
  private final MessageCrypto crypto;
  private final Identities identities;
  private final long incarnation;
  private final Map<ByteString, Info> infos = new HashMap<>();
  private final Set<ByteString> current = new HashSet<>(); // payloads of the infos
  private final BlockItems blocks;
  private final Pull blockPull;
  private ChannelStatus status;
  private Envelope own;
  private boolean unpublished = true;
  private long lastPublished;
  private long lastSequence;

  private record Info(String mspId, PeerTimestamp timestamp, Properties told, Envelope envelope) {}

  /// What the whole core is made of.
  record Parts(Self self, MessageCrypto crypto, Identities identities) {}

  ChannelGossip(ChannelStatus status, Parts parts, Channels.Peers peers, Timing timing, long now) {
    this.channelId = status.channelId();
    this.self = parts.self();
    this.crypto = parts.crypto();
    this.identities = parts.identities();
    this.incarnation = now * 1_000_000;
    this.status = status;
    this.own = sign(now);
    this.blocks =
        new BlockItems(channelId, crypto, () -> this.status.ledgerHeight(), timing.blocksToStore());
    this.blockPull =
        new Pull(
            new Pull.Kind(
                PullMsgType.BLOCK_MSG,
                GossipMessage.Tag.CHAN_AND_ORG,
                ByteString.copyFromUtf8(channelId)),
            blocks,
            peers.outbox(),
            peers.random());
  }

  /// The newest blocks.
  BlockItems blocks() {
    return blocks;
  }

  /// Gets blocks that this peer has missed from others.
  Pull blockPull() {
    return blockPull;
  }

  ChannelStatus status() {
    return status;
  }

  boolean hasOrganization(String mspId) {
    return status.organizations().contains(mspId);
  }

  /// Takes the channel's state as it is now.
  ///
  /// @return whether others must be told at once
  boolean update(ChannelStatus next, long now) {
    ChannelStatus before = status;
    status = next;
    if (!next.organizations().equals(before.organizations())
        || next.configSequence() != before.configSequence()) {
      infos.values().removeIf(info -> !next.organizations().contains(info.mspId()));
      refreshCurrent();
    }
    boolean urgent = !next.chaincodes().equals(before.chaincodes()) || next.left() != before.left();
    if (urgent || next.ledgerHeight() != before.ledgerHeight()) {
      unpublished = true;
    }
    if (urgent) {
      own = sign(now);
    }
    return urgent;
  }

  /// This peer's message, if there is something new to tell and it is time.
  Optional<Envelope> publication(long now, long interval) {
    if (!unpublished || now - lastPublished < interval) {
      return Optional.empty();
    }
    return Optional.of(publishNow(now));
  }

  Envelope publishNow(long now) {
    own = sign(now);
    unpublished = false;
    lastPublished = now;
    return own;
  }

  /// This peer's last message.
  Envelope own() {
    return own;
  }

  private Envelope sign(long now) {
    lastSequence = Math.max(lastSequence + 1, now * 1_000_000);
    Properties.Builder properties =
        Properties.newBuilder()
            .setLedgerHeight(status.ledgerHeight())
            .setLeftChannel(status.left());
    new TreeMap<>(status.chaincodes())
        .forEach((name, version) ->
            properties.addChaincodes(Chaincode.newBuilder().setName(name).setVersion(version)));
    ByteString payload =
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.CHAN_OR_ORG)
            .setStateInfo(
                StateInfo.newBuilder()
                    .setTimestamp(
                        PeerTime.newBuilder().setIncNum(incarnation).setSeqNum(lastSequence))
                    .setPkiId(self.pkiId())
                    .setChannelMAC(mac(self.pkiId()))
                    .setProperties(properties))
            .build()
            .toByteString();
    return Envelope.newBuilder().setPayload(payload).setSignature(crypto.sign(payload)).build();
  }

  /// Shows that whoever has this PKI-ID knows the channel's name.
  ByteString mac(ByteString pkiId) {
    return Sha256.of(pkiId, ByteString.copyFromUtf8(channelId));
  }

  /// Asks for what another peer knows of all.
  GossipMessage request() {
    return GossipMessage.newBuilder()
        .setTag(GossipMessage.Tag.CHAN_OR_ORG)
        .setStateInfoPullReq(StateInfoPullRequest.newBuilder().setChannelMAC(mac(self.pkiId())))
        .build();
  }

  /// What this peer knows, as far as the asker's organization may.
  ///
  /// @param members finds peers, alive or dead
  GossipMessage snapshot(String askerMspId, Function<ByteString, Optional<Member>> members) {
    StateInfoSnapshot.Builder snapshot = StateInfoSnapshot.newBuilder();
    boolean sameOrganization = askerMspId.equals(self.mspId());
    if (sameOrganization || !self.endpoint().isEmpty()) {
      snapshot.addElements(own);
    }
    infos.forEach((pkiId, info) -> {
      boolean disclosed =
          sameOrganization
              || !info.mspId().equals(self.mspId())
              || members.apply(pkiId).filter(member -> !member.endpoint().isEmpty()).isPresent();
      if (disclosed) {
        snapshot.addElements(info.envelope());
      }
    });
    return GossipMessage.newBuilder()
        .setChannel(ByteString.copyFromUtf8(channelId))
        .setTag(GossipMessage.Tag.CHAN_OR_ORG)
        .setStateSnapshot(snapshot)
        .build();
  }

  /// Takes the messages of a snapshot.
  ///
  /// @return whether any of them is new
  boolean take(StateInfoSnapshot snapshot, long now) {
    boolean changed = false;
    for (Envelope element : snapshot.getElementsList()) {
      if (current.contains(element.getPayload())) {
        continue;
      }
      try {
        GossipMessage message = GossipMessage.parseFrom(element.getPayload());
        changed |= message.hasStateInfo() && take(element, message.getStateInfo(), now);
      } catch (InvalidProtocolBufferException e) {
        return changed;
      }
    }
    return changed;
  }

  /// Takes a message if it is new and its author may be in the channel.
  ///
  /// @return whether it was taken
  boolean take(Envelope envelope, StateInfo message, long now) {
    ByteString pkiId = message.getPkiId();
    PeerTimestamp timestamp = PeerTimestamp.of(message.getTimestamp());
    Info before = infos.get(pkiId);
    if (pkiId.equals(self.pkiId())
        || (before != null && !timestamp.isAfter(before.timestamp()))
        || (before == null && infos.size() >= MAX_INFOS)
        || envelope.getSerializedSize() > MAX_INFO_BYTES
        || !message.getChannelMAC().equals(mac(pkiId))) {
      return false;
    }
    Optional<PeerIdentity> author = identities.get(pkiId, now);
    if (author.isEmpty() || !hasOrganization(author.get().mspId())) {
      return false;
    }
    ByteString serialized = author.get().serialized();
    if (!crypto.verify(serialized, envelope.getPayload(), envelope.getSignature())
        || !crypto.readsChannel(
            channelId, serialized, envelope.getPayload(), envelope.getSignature())) {
      return false;
    }
    if (before != null) {
      current.remove(before.envelope().getPayload());
    }
    current.add(envelope.getPayload());
    infos.put(pkiId, new Info(author.get().mspId(), timestamp, message.getProperties(), envelope));
    return true;
  }

  /// Whether a peer has told of itself here.
  boolean isIn(ByteString pkiId) {
    Info info = infos.get(pkiId);
    return info != null && !info.told().getLeftChannel();
  }

  /// Forgets peers that gossip has forgotten.
  void retain(Function<ByteString, Optional<Member>> members) {
    if (infos.keySet().removeIf(pkiId -> members.apply(pkiId).isEmpty())) {
      refreshCurrent();
    }
  }

  void forget(ByteString pkiId) {
    infos.remove(pkiId);
    refreshCurrent();
  }

  private void refreshCurrent() {
    current.clear();
    infos.values().forEach(info -> current.add(info.envelope().getPayload()));
  }

  /// Those of the peers that are alive which are in the channel.
  List<ChannelMember> members(List<Member> alive) {
    List<ChannelMember> members = new ArrayList<>();
    if (status.left()) {
      return members;
    }
    for (Member member : alive) {
      Info info = infos.get(member.pkiId());
      if (info != null && !info.told().getLeftChannel()) {
        members.add(
            new ChannelMember(
                member,
                info.told().getLedgerHeight(),
                info.told().getChaincodesList(),
                info.envelope()));
      }
    }
    return members;
  }
}
