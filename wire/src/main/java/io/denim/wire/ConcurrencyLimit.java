package io.denim.wire;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Refuses calls of a service beyond so many at once with `RESOURCE_EXHAUSTED`, so that a flood
/// costs the flooder an error and the node no memory (fabric v3.1.5
/// internal/peer/node/grpc_limiters.go).
public final class ConcurrencyLimit implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyLimit.class);

  private final Map<String, Limit> limits;

  private record Limit(int most, Semaphore free) {}

  /// @param limits the most concurrent calls of each service, by its full name; a service that is
  ///   not named has no limit
  public ConcurrencyLimit(Map<String, Integer> limits) {
    this.limits =
        limits.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey,
                    entry -> new Limit(entry.getValue(), new Semaphore(entry.getValue()))));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String service = call.getMethodDescriptor().getServiceName();
    Limit limit = service == null ? null : limits.get(service);
    if (limit == null) {
      return next.startCall(call, headers);
    }
    if (!limit.free().tryAcquire()) {
      LOG.warn("Too many requests for {}, exceeding concurrency limit ({})", service, limit.most());
      call.close(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "too many requests for "
                  + service
                  + ", exceeding concurrency limit ("
                  + limit.most()
                  + ")"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return new Releasing<>(next.startCall(call, headers), limit.free());
  }

  private static final class Releasing<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Semaphore free;
    private final AtomicBoolean released = new AtomicBoolean();

    Releasing(ServerCall.Listener<Q> delegate, Semaphore free) {
      super(delegate);
      this.free = free;
    }

    @Override
    public void onComplete() {
      release();
      super.onComplete();
    }

    @Override
    public void onCancel() {
      release();
      super.onCancel();
    }

    private void release() {
      if (released.compareAndSet(false, true)) {
        free.release();
      }
    }
  }
}
