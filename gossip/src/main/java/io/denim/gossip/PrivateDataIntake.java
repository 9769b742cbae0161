package io.denim.gossip;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.PrivatePayload;

/// Takes private writes that another peer has endorsed and sends ahead of their transaction.
@FunctionalInterface
public interface PrivateDataIntake {
  /// @param sender the serialized identity of the peer that sends, a valid member
  /// @return why it is not taken, empty if it is kept
  Optional<String> take(String channelId, ByteString sender, PrivatePayload payload);
}
