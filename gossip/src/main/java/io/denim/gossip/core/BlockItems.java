package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.Payload;

/// The newest blocks of a channel, kept for peers of the own organization that have missed one.
/// Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/gossip/channel/channel.go, gossip/protoext/msgcomparator.go.
final class BlockItems implements Pull.Items {
  private static final int MAX_DIGITS = 20;

  private final String channelId;
  private final MessageCrypto crypto;
  private final LongSupplier height;
  private final int kept;
  private final TreeMap<Long, Envelope> blocks = new TreeMap<>();

  /// @param height of this peer's ledger
  /// @param kept how many blocks are kept
  BlockItems(String channelId, MessageCrypto crypto, LongSupplier height, int kept) {
    this.channelId = channelId;
    this.crypto = crypto;
    this.height = height;
    this.kept = kept;
  }

  private static ByteString name(long number) {
    return ByteString.copyFromUtf8(Long.toString(number));
  }

  private static Optional<Long> number(ByteString name) {
    if (name.size() > MAX_DIGITS) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong(name.toStringUtf8()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public Collection<ByteString> names() {
    return blocks.keySet().stream().map(BlockItems::name).toList();
  }

  @Override
  public Optional<Envelope> item(ByteString name) {
    return number(name).map(blocks::get);
  }

  @Override
  public boolean isWanted(ByteString name) {
    return number(name)
        .filter(number -> number >= height.getAsLong() && isNews(number))
        .isPresent();
  }

  /// Whether a block would be kept: it is not here, and not older than those that are.
  boolean isNews(long number) {
    return number >= 0
        && !blocks.containsKey(number)
        && (blocks.isEmpty() || number > blocks.lastKey() - kept);
  }

  @Override
  public Optional<ByteString> take(Envelope item, long now) {
    try {
      GossipMessage message = GossipMessage.parseFrom(item.getPayload());
      if (!message.hasDataMsg() || !message.getChannel().toStringUtf8().equals(channelId)) {
        return Optional.empty();
      }
      Payload payload = message.getDataMsg().getPayload();
      return take(item, payload) ? Optional.of(name(payload.getSeqNum())) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// Takes a block that an orderer has signed, if it is new.
  boolean take(Envelope item, Payload block) {
    if (!isNews(block.getSeqNum())
        || !crypto.verifyBlock(channelId, block.getSeqNum(), block.getData())) {
      return false;
    }
    keep(item, block.getSeqNum());
    return true;
  }

  /// Keeps a block that needs no judging.
  void keep(Envelope item, long number) {
    blocks.put(number, item);
    while (blocks.firstKey() <= blocks.lastKey() - kept) {
      blocks.pollFirstEntry();
    }
  }
}
