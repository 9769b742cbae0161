package io.denim.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/// Answers a message that is none of its method's with `INTERNAL` and the parser's reason, as
/// grpc-go does; left to itself, grpc-java tells the client of an unknown error and no more. The
/// handler sees such a call as cancelled.
final class UnreadableMessages implements ServerInterceptor {
  private UnreadableMessages() {}

  /// The service with its messages read where a failure to do so can be answered.
  static ServerServiceDefinition answered(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service), new UnreadableMessages());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new Reading<>(next.startCall(call, headers), call);
  }

  /// Called by one thread at a time, as gRPC promises.
  private static final class Reading<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private boolean ended;

    Reading(ServerCall.Listener<Q> delegate, ServerCall<Q, ?> call) {
      super(delegate);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      if (ended) {
        return;
      }
      try {
        super.onMessage(message);
      } catch (StatusRuntimeException e) {
        ended = true;
        call.close(Status.INTERNAL.withDescription(prefix() + ": " + reason(e)), new Metadata());
        super.onCancel();
      }
    }

    @Override
    public void onHalfClose() {
      if (!ended) {
        super.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      if (!ended) {
        super.onCancel();
      }
    }

    @Override
    public void onComplete() {
      if (!ended) {
        super.onComplete();
      }
    }

    private String prefix() {
      return call.getMethodDescriptor().getType() == MethodDescriptor.MethodType.UNARY
          ? "grpc: error unmarshalling request"
          : "grpc: failed to unmarshal the received message";
    }

    private static String reason(StatusRuntimeException e) {
      Throwable cause = e.getCause();
      if (cause instanceof InvalidProtocolBufferException failure) {
        return WireParser.text(failure);
      }
      return String.valueOf(cause == null ? e.getStatus().getDescription() : cause.getMessage());
    }
  }
}
