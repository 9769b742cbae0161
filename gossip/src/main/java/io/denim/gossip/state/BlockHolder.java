package io.denim.gossip.state;

import io.denim.policy.SignedData;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.Payload;

/// Where this peer has blocks, and who may have them. Safe for use by any thread.
public interface BlockHolder {
  /// How many blocks a channel has here.
  ///
  /// @return empty if there is no such channel or the asker may not read it
  Optional<Long> height(String channelId, SignedData asker);

  /// A block with that of its private data which the asker may have.
  ///
  /// @return empty if it is not here
  Optional<Payload> block(String channelId, long number, SignedData asker);
}
