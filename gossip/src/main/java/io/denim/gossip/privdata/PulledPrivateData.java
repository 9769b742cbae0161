package io.denim.gossip.privdata;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;

/// What other peers gave. None of it is compared with its hash yet.
///
/// @param found the write sets by digest
/// @param expired what is deleted, or soon will be, at others and is not worth asking for
/// @param unanswered why peers did not answer, for logs
public record PulledPrivateData(
    Map<PvtDataDigest, List<ByteString>> found,
    Set<PvtDataDigest> expired,
    List<String> unanswered) {
  public PulledPrivateData {
    found = Map.copyOf(found);
    expired = Set.copyOf(expired);
    unanswered = List.copyOf(unanswered);
  }
}
