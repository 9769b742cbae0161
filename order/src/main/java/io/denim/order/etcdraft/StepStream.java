package io.denim.order.etcdraft;

import io.denim.wire.OutboundStream;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.hyperledger.fabric.protos.orderer.ClusterGrpc;
import org.hyperledger.fabric.protos.orderer.StepRequest;
import org.hyperledger.fabric.protos.orderer.StepResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One stream of steps to another orderer, opened when needed and again after it broke. Safe for
/// use by several threads.
final class StepStream {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.common.cluster");

  private final ManagedChannel channel;
  private final String destination;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable OutboundStream<StepRequest> open; // guarded by lock

  StepStream(ManagedChannel channel, String destination) {
    this.channel = channel;
    this.destination = destination;
  }

  /// Sends when the connection is there and has room.
  ///
  /// @return whether the message was handed to the transport
  boolean send(StepRequest request, Duration patience) throws InterruptedException {
    OutboundStream<StepRequest> stream = stream();
    return switch (stream.send(request, patience)) {
      case YES -> true;
      case CLOSED -> {
        forget(stream);
        yield false;
      }
      case TIMED_OUT -> {
        // The next attempt does not wait for gRPC's own, ever longer pauses.
        channel.resetConnectBackoff();
        yield false;
      }
    };
  }

  private OutboundStream<StepRequest> stream() {
    lock.lock();
    try {
      if (open == null) {
        var responses = new Responses();
        // Not in the context of the request that happens to open it, whose end would end it too.
        Context.ROOT.run(() -> ClusterGrpc.newStub(channel).step(responses));
        OutboundStream<StepRequest> made = responses.requests;
        if (made == null) {
          throw new IllegalStateException("gRPC began a call without its sending side");
        }
        open = made;
      }
      return open;
    } finally {
      lock.unlock();
    }
  }

  private void forget(@Nullable OutboundStream<StepRequest> stream) {
    lock.lock();
    try {
      if (open == stream) {
        open = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /// The other orderer says nothing, except by ending the stream.
  private final class Responses implements ClientResponseObserver<StepRequest, StepResponse> {
    private @Nullable OutboundStream<StepRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<StepRequest> observer) {
      requests = new OutboundStream<>(observer);
    }

    @Override
    public void onNext(StepResponse response) {
      LOG.debug("{} answered {}", destination, response);
    }

    @Override
    public void onError(Throwable error) {
      LOG.debug("the stream to {} broke: {}", destination, error.getMessage());
      end();
    }

    @Override
    public void onCompleted() {
      end();
    }

    private void end() {
      if (requests != null) {
        requests.close();
      }
      forget(requests);
    }
  }
}
