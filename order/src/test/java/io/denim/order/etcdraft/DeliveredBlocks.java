package io.denim.order.etcdraft;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.Caller;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.hyperledger.fabric.protos.orderer.SeekInfo;

/// Delivers what a recording channel has, and waits for what it will have, to whoever asks.
final class DeliveredBlocks extends AtomicBroadcastGrpc.AtomicBroadcastImplBase {
  private static final int NEVER = Integer.MAX_VALUE;

  private final RecordingSupport support;
  private final X509Certificate own;
  private volatile boolean withheld;
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger askedByItself = new AtomicInteger();

  /// @param own the TLS certificate of the orderer that this is a part of
  DeliveredBlocks(RecordingSupport support, X509Certificate own) {
    this.support = support;
    this.own = own;
  }

  /// From now on streams get nothing, or what there is.
  void withhold(boolean isSo) {
    withheld = isSo;
  }

  /// How often anybody asked for blocks.
  int asked() {
    return asked.get();
  }

  /// How often the orderer itself did.
  int askedByItself() {
    return askedByItself.get();
  }

  @Override
  public StreamObserver<Envelope> deliver(StreamObserver<DeliverResponse> responses) {
    var out = (ServerCallStreamObserver<DeliverResponse>) responses;
    asked.incrementAndGet();
    if (Caller.current().tlsCertificate().filter(own::equals).isPresent()) {
      askedByItself.incrementAndGet();
    }
    out.setOnCancelHandler(() -> {});
    return new StreamObserver<>() {
      @Override
      public void onNext(Envelope envelope) {
        try {
          SeekInfo seek = SeekInfo.parseFrom(Payload.parseFrom(envelope.getPayload()).getData());
          Thread.startVirtualThread(() -> send(seek, out));
        } catch (InvalidProtocolBufferException e) {
          out.onError(Status.INVALID_ARGUMENT.asRuntimeException());
        }
      }

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {}
    };
  }

  private void send(SeekInfo seek, ServerCallStreamObserver<DeliverResponse> out) {
    long stop = seek.getStop().getSpecified().getNumber();
    try {
      for (long number = seek.getStart().getSpecified().getNumber(); number <= stop; number++) {
        int awaited = (int) number;
        while (!support.awaitMoreThan(withheld ? NEVER : awaited, Duration.ofMillis(100))) {
          if (out.isCancelled()) {
            return;
          }
        }
        Block block = support.blocks().get((int) number);
        out.onNext(DeliverResponse.newBuilder().setBlock(block).build());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
