package io.denim.gateway;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;

/// A peer that proposals can be sent to.
///
/// @param identity which tells peers apart
/// @param address where it is dialled; of this peer its own
/// @param local whether it is this peer
record Endorsing(String mspId, ByteString identity, String address, boolean local) {
  /// What went wrong at this peer, for the client.
  ErrorDetail error(String message) {
    return ErrorDetail.newBuilder().setAddress(address).setMspId(mspId).setMessage(message).build();
  }

  @Override
  public String toString() {
    return address + " (" + mspId + ")";
  }
}
