package io.denim.chaincode;

import io.denim.wire.Caller;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.ChaincodeSupportGrpc;

/// Takes the streams of chaincodes that dial in.
final class RegistrationService extends ChaincodeSupportGrpc.ChaincodeSupportImplBase {
  private final Connector connector;
  private final Optional<ChaincodeAuthority> authority;

  RegistrationService(Connector connector, Optional<ChaincodeAuthority> authority) {
    this.connector = connector;
    this.authority = authority;
  }

  @Override
  public StreamObserver<ChaincodeMessage> register(StreamObserver<ChaincodeMessage> out) {
    Caller caller = Caller.current();
    ShimConnection.Credential credential =
        packageId -> authority.flatMap(known -> known.refusal(packageId, caller.tlsCertificate()));
    return new ShimReader(
        connector.connect((CallStreamObserver<ChaincodeMessage>) out, credential));
  }
}
