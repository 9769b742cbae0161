package io.denim.gossip.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.comm.PkiId;
import io.denim.gossip.core.MessageCrypto;
import io.denim.gossip.core.PeerIdentity;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// Signatures that cost nothing and that nobody in a simulation forges by chance: a mix of the
/// author's identity and the message. Identities of the given organizations are valid unless they
/// were revoked. Owned by the simulation's thread.
///
/// @param revoked PKI-IDs
record SimulatedCrypto(ByteString self, Set<String> organizations, Set<ByteString> revoked)
    implements MessageCrypto {
  private static final Map<ByteString, PeerIdentity> KNOWN = new ConcurrentHashMap<>();

  static ByteString identity(String mspId, int number) {
    return SerializedIdentity.newBuilder()
        .setMspid(mspId)
        .setIdBytes(ByteString.copyFromUtf8("peer " + number))
        .build()
        .toByteString();
  }

  static ByteString signature(ByteString identity, ByteString message) {
    long mixed = 31L * identity.hashCode() + message.hashCode();
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (mixed >> (8 * i));
    }
    return ByteString.copyFrom(bytes);
  }

  @Override
  public ByteString sign(ByteString message) {
    return signature(self, message);
  }

  @Override
  public Optional<PeerIdentity> identity(ByteString serialized) {
    PeerIdentity known = KNOWN.get(serialized);
    if (known == null) {
      try {
        String mspId = SerializedIdentity.parseFrom(serialized).getMspid();
        known = new PeerIdentity(PkiId.of(serialized), serialized, mspId, Long.MAX_VALUE);
      } catch (InvalidProtocolBufferException e) {
        return Optional.empty();
      }
      KNOWN.put(serialized, known);
    }
    return organizations.contains(known.mspId()) && !revoked.contains(known.pkiId())
        ? Optional.of(known)
        : Optional.empty();
  }

  @Override
  public boolean verify(ByteString serialized, ByteString message, ByteString signature) {
    return signature(serialized, message).equals(signature);
  }

  @Override
  public boolean readsChannel(
      String channelId, ByteString serialized, ByteString message, ByteString signature) {
    return verify(serialized, message, signature);
  }

  @Override
  public boolean verifyBlock(String channelId, long number, ByteString block) {
    return block.equals(block(number));
  }

  static ByteString block(long number) {
    return ByteString.copyFromUtf8("block " + number);
  }
}
