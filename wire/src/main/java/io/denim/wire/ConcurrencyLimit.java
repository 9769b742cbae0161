package io.denim.wire;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Refuses calls of a service beyond so many at once with `RESOURCE_EXHAUSTED`, so that a flood
/// costs the flooder an error and the node no memory (fabric v3.1.5
/// internal/peer/node/grpc_limiters.go). A call with one request counts from when the request is
/// whole, so that calls that are opened and say nothing keep nobody out; a stream counts from its
/// start.
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
    if (call.getMethodDescriptor().getType().clientSendsOneMessage()) {
      return new Limited<>(next.startCall(call, headers), call, limit);
    }
    if (!limit.free().tryAcquire()) {
      refuse(call, limit);
      return new ServerCall.Listener<>() {};
    }
    try {
      return new Limited<>(next.startCall(call, headers), limit);
    } catch (RuntimeException e) {
      limit.free().release();
      throw e;
    }
  }

  private static void refuse(ServerCall<?, ?> call, Limit limit) {
    String service = call.getMethodDescriptor().getServiceName();
    LOG.warn("Too many requests for {}, exceeding concurrency limit ({})", service, limit.most());
    call.close(
        Status.RESOURCE_EXHAUSTED.withDescription(
            "too many requests for "
                + service
                + ", exceeding concurrency limit ("
                + limit.most()
                + ")"),
        new Metadata());
  }

  /// Called by one thread at a time, as gRPC promises.
  private static final class Limited<Q> extends SimpleForwardingServerCallListener<Q> {
    private final @Nullable ServerCall<Q, ?> asking; // until its request is whole
    private final Limit limit;
    private boolean counted;

    /// A call that counts once its request is whole.
    Limited(ServerCall.Listener<Q> delegate, ServerCall<Q, ?> asking, Limit limit) {
      super(delegate);
      this.asking = asking;
      this.limit = limit;
    }

    /// A call that counts already.
    Limited(ServerCall.Listener<Q> delegate, Limit limit) {
      super(delegate);
      this.asking = null;
      this.limit = limit;
      this.counted = true;
    }

    @Override
    public void onHalfClose() {
      if (asking != null) {
        if (!limit.free().tryAcquire()) {
          refuse(asking, limit);
          return;
        }
        counted = true;
      }
      super.onHalfClose();
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
      if (counted) {
        counted = false;
        limit.free().release();
      }
    }
  }
}
