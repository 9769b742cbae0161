package io.denim.gossip;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.GossipMembers;
import io.denim.gossip.comm.PkiId;
import io.denim.gossip.core.MessageCrypto;
import io.denim.gossip.core.PeerIdentity;
import io.denim.identity.SigningIdentity;
import io.denim.policy.SignedData;
import java.util.Optional;

/// Signs as this peer, and judges others by the MSPs of its organization and channels (fabric
/// v3.1.5 internal/peer/gossip/mcs.go). Safe for use by any thread.
record MemberCrypto(SigningIdentity self, GossipMembers members, ChannelJudge judge)
    implements MessageCrypto {
  @Override
  public ByteString sign(ByteString message) {
    return self.sign(message);
  }

  @Override
  public Optional<PeerIdentity> identity(ByteString serialized) {
    return members
        .member(serialized)
        .map(identity ->
            new PeerIdentity(
                PkiId.of(serialized),
                identity.serialized(),
                identity.mspId(),
                identity.notAfter().toEpochMilli()));
  }

  @Override
  public boolean verify(ByteString serialized, ByteString message, ByteString signature) {
    return members
        .member(serialized)
        .map(identity -> identity.verify(message, signature))
        .orElse(false);
  }

  @Override
  public boolean readsChannel(
      String channelId, ByteString serialized, ByteString message, ByteString signature) {
    return judge.reads(channelId, new SignedData(message, serialized, signature));
  }

  @Override
  public boolean verifyBlock(String channelId, long number, ByteString block) {
    return judge.isBlock(channelId, number, block);
  }
}
