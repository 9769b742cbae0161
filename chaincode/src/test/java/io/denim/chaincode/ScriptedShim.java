package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.ChaincodeSupportGrpc;
import org.hyperledger.fabric.protos.peer.Response;

/// A chaincode's end of a stream whose messages a test writes and reads one by one.
final class ScriptedShim implements StreamObserver<ChaincodeMessage> {
  private final BlockingQueue<ChaincodeMessage> inbox = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final StreamObserver<ChaincodeMessage> out;

  ScriptedShim(ManagedChannel channel) {
    this.out = ChaincodeSupportGrpc.newStub(channel).register(this);
  }

  /// Registers and waits until the peer is ready.
  ScriptedShim register(String packageId) throws InterruptedException {
    send(ChaincodeMessage.Type.REGISTER, "", ChaincodeID.newBuilder().setName(packageId).build());
    expect(ChaincodeMessage.Type.REGISTERED);
    expect(ChaincodeMessage.Type.READY);
    return this;
  }

  void send(ChaincodeMessage.Type type, String txId, MessageLite payload) {
    out.onNext(
        ChaincodeMessage.newBuilder()
            .setType(type)
            .setTxid(txId)
            .setChannelId("ch")
            .setPayload(payload.toByteString())
            .build());
  }

  void sendRaw(ChaincodeMessage message) {
    out.onNext(message);
  }

  /// Asks the peer and returns its answer.
  ChaincodeMessage ask(ChaincodeMessage.Type type, String txId, MessageLite payload)
      throws InterruptedException {
    send(type, txId, payload);
    return next();
  }

  void complete(String txId, int status, String text) {
    send(
        ChaincodeMessage.Type.COMPLETED,
        txId,
        Response.newBuilder().setStatus(status).setPayload(ByteString.copyFromUtf8(text)).build());
  }

  ChaincodeMessage next() throws InterruptedException {
    ChaincodeMessage message = inbox.poll(10, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("the peer sent nothing within 10 s");
    }
    return message;
  }

  ChaincodeMessage expect(ChaincodeMessage.Type type) throws InterruptedException {
    ChaincodeMessage message = next();
    if (message.getType() != type) {
      throw new AssertionError("expected " + type + " but the peer sent " + message);
    }
    return message;
  }

  boolean endsSoon() throws InterruptedException {
    return ended.await(10, TimeUnit.SECONDS);
  }

  void die() {
    out.onError(new IllegalStateException("the chaincode's process died"));
  }

  @Override
  public void onNext(ChaincodeMessage message) {
    inbox.add(message);
  }

  @Override
  public void onError(Throwable cause) {
    ended.countDown();
  }

  @Override
  public void onCompleted() {
    ended.countDown();
  }
}
