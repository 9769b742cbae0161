package io.denim.gossip.privdata;

import com.google.protobuf.ByteString;
import io.denim.policy.SignedData;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;

/// Where this peer has private data, and who may have it. Safe for use by any thread.
@FunctionalInterface
public interface PrivateDataHolder {
  /// The private write sets that are asked for, as far as they are here and the asker is a member
  /// of their collections.
  ///
  /// @param blockNumber of all the digests
  /// @param asker what it signed in its handshake
  /// @return by digest the write sets of its collection, serialized
  Map<PvtDataDigest, List<ByteString>> find(
      String channelId, long blockNumber, List<PvtDataDigest> digests, SignedData asker);
}
