package io.denim.chaincode;

import io.grpc.stub.CallStreamObserver;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;

/// Makes the peer's end of a new stream.
interface Connector {
  ShimConnection connect(
      CallStreamObserver<ChaincodeMessage> out, ShimConnection.Credential credential);
}
