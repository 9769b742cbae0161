package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.GossipMembers;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.MspManager;
import java.util.Optional;

/// The members of this peer's organization and of its channels.
record KnownMembers(MspManager local, PeerChannels channels) implements GossipMembers {
  @Override
  public Optional<Identity> member(ByteString serializedIdentity) {
    for (PeerChannel channel : channels.all()) {
      Optional<Identity> member = member(channel.config().msps(), serializedIdentity);
      if (member.isPresent()) {
        return member;
      }
    }
    return member(local, serializedIdentity);
  }

  private static Optional<Identity> member(MspManager msps, ByteString serializedIdentity) {
    return switch (msps.identity(serializedIdentity)) {
      case IdentityOutcome.Accepted(Identity identity) -> Optional.of(identity);
      case IdentityOutcome.Refused _ -> Optional.empty();
    };
  }
}
