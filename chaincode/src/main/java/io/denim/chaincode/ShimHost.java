package io.denim.chaincode;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeGrpc;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.jspecify.annotations.Nullable;

/// Opens streams to chaincodes that are servers (fabric v3.1.5 core/chaincode/extcc).
public final class ShimHost {
  private final Connector connector;

  ShimHost(Connector connector) {
    this.connector = connector;
  }

  /// Opens a stream and stays until it has ended.
  public void stream(Channel channel) throws InterruptedException {
    Dialled dialled = new Dialled(connector);
    ChaincodeGrpc.newStub(channel).connect(dialled);
    dialled.awaitEnd();
  }

  /// The stream's reader, which gets its writing side before the stream starts.
  private static final class Dialled
      implements ClientResponseObserver<ChaincodeMessage, ChaincodeMessage> {
    private final Connector connector;
    private @Nullable ShimConnection connection;

    Dialled(Connector connector) {
      this.connector = connector;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ChaincodeMessage> out) {
      connection = connector.connect(out, packageId -> Optional.empty());
    }

    @Override
    public void onNext(ChaincodeMessage message) {
      connection().received(message);
    }

    @Override
    public void onError(Throwable cause) {
      connection().ended();
    }

    @Override
    public void onCompleted() {
      connection().completed();
    }

    void awaitEnd() throws InterruptedException {
      connection().awaitEnd();
    }

    private ShimConnection connection() {
      return Objects.requireNonNull(connection, "gRPC calls beforeStart first");
    }
  }
}
