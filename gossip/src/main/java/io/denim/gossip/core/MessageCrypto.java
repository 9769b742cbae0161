package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import java.util.Optional;

/// Signing and judging, in terms of functions that always answer the same until a configuration
/// changes (fabric v3.1.5 gossip/api/crypto.go).
public interface MessageCrypto {
  /// This peer's signature.
  ByteString sign(ByteString message);

  /// The valid member of a serialized identity; empty if there is none.
  Optional<PeerIdentity> identity(ByteString serialized);

  /// Whether the identity signed the message.
  ///
  /// @param serialized of a valid member
  boolean verify(ByteString serialized, ByteString message, ByteString signature);

  /// Whether whoever signed the message may read the channel.
  boolean readsChannel(
      String channelId, ByteString serialized, ByteString message, ByteString signature);

  /// Whether the bytes are the channel's block of this number, as its orderers sign it.
  boolean verifyBlock(String channelId, long number, ByteString block);
}
