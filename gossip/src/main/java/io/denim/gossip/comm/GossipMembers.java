package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import io.denim.identity.Identity;
import java.util.Optional;

/// Who may gossip with this peer: members of its organization and of its channels'.
@FunctionalInterface
public interface GossipMembers {
  /// The valid member of a serialized identity.
  Optional<Identity> member(ByteString serializedIdentity);
}
