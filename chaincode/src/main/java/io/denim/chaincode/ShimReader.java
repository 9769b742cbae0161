package io.denim.chaincode;

import io.grpc.stub.StreamObserver;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;

/// Hands a stream's messages to its connection; gRPC calls it from one thread at a time.
final class ShimReader implements StreamObserver<ChaincodeMessage> {
  private final ShimConnection connection;

  ShimReader(ShimConnection connection) {
    this.connection = connection;
  }

  @Override
  public void onNext(ChaincodeMessage message) {
    connection.received(message);
  }

  @Override
  public void onError(Throwable cause) {
    connection.ended();
  }

  @Override
  public void onCompleted() {
    connection.completed();
  }
}
