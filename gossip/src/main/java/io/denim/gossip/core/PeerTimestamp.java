package io.denim.gossip.core;

import org.hyperledger.fabric.protos.gossip.PeerTime;

/// Orders the messages of one peer: by its start, then by number; both unsigned (fabric v3.1.5
/// gossip/protoext/msgcomparator.go).
record PeerTimestamp(long incarnation, long sequence) {
  static PeerTimestamp of(PeerTime time) {
    return new PeerTimestamp(time.getIncNum(), time.getSeqNum());
  }

  boolean isAfter(PeerTimestamp other) {
    int byStart = Long.compareUnsigned(incarnation, other.incarnation);
    return byStart > 0 || (byStart == 0 && Long.compareUnsigned(sequence, other.sequence) > 0);
  }
}
