package io.denim.wire;

import io.denim.metrics.Counter;
import io.denim.metrics.Histogram;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Counts and times a server's connections, calls and messages under Fabric's names (fabric v3.1.5
/// common/grpcmetrics, internal/pkg/comm/metrics.go). Safe for use by any thread.
final class GrpcMetrics extends ServerTransportFilter implements ServerInterceptor {
  private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final Counter opened;
  private final Counter closed;
  private final Kind unary;
  private final Kind stream;
  private final Metric<Counter> messagesReceived;
  private final Metric<Counter> messagesSent;
  private final Map<String, Method> methods = new ConcurrentHashMap<>(); // by whole name

  /// The metrics of unary calls, or those of streams.
  private record Kind(
      Metric<Counter> received, Metric<Counter> completed, Metric<Histogram> duration) {
    static Kind of(Metrics metrics, String name) {
      String prefix = "grpc_server_" + name + "_request";
      return new Kind(
          metrics.counter(
              MetricName.of(
                  prefix + "s_received",
                  "The number of " + name + " requests received.",
                  "service",
                  "method")),
          metrics.counter(
              MetricName.of(
                  prefix + "s_completed",
                  "The number of " + name + " requests completed.",
                  "service",
                  "method",
                  "code")),
          metrics.histogram(
              MetricName.of(
                  prefix + "_duration",
                  "The time to complete a " + name + " request.",
                  "service",
                  "method",
                  "code"),
              SECONDS));
    }
  }

  /// The series of one method.
  private record Method(
      String service,
      String name,
      Kind kind,
      Counter received,
      Counter messagesReceived,
      Counter messagesSent) {
    void completed(Status status, long startNanos) {
      String code = shown(status.getCode());
      kind.duration().series(service, name, code).observeSince(startNanos);
      kind.completed().series(service, name, code).increment();
    }
  }

  GrpcMetrics(Metrics metrics) {
    opened =
        metrics
            .counter(
                MetricName.of(
                    "grpc_comm_conn_opened",
                    "gRPC connections opened. Open minus closed is the active number of"
                        + " connections."))
            .series();
    closed =
        metrics
            .counter(
                MetricName.of(
                    "grpc_comm_conn_closed",
                    "gRPC connections closed. Open minus closed is the active number of"
                        + " connections."))
            .series();
    unary = Kind.of(metrics, "unary");
    stream = Kind.of(metrics, "stream");
    messagesReceived =
        metrics.counter(
            MetricName.of(
                "grpc_server_stream_messages_received",
                "The number of stream messages received.",
                "service",
                "method"));
    messagesSent =
        metrics.counter(
            MetricName.of(
                "grpc_server_stream_messages_sent",
                "The number of stream messages sent.",
                "service",
                "method"));
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    opened.increment();
    return attributes;
  }

  @Override
  public void transportTerminated(Attributes attributes) {
    closed.increment();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Method method =
        methods.computeIfAbsent(
            call.getMethodDescriptor().getFullMethodName(),
            name -> method(call.getMethodDescriptor()));
    boolean isStream = call.getMethodDescriptor().getType() != MethodDescriptor.MethodType.UNARY;
    long start = System.nanoTime();
    AtomicBoolean ended = new AtomicBoolean();
    method.received().increment();
    ServerCall<Q, A> counting =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(A message) {
            if (isStream) {
              method.messagesSent().increment();
            }
            super.sendMessage(message);
          }

          @Override
          public void close(Status status, Metadata trailers) {
            if (ended.compareAndSet(false, true)) {
              method.completed(status, start);
            }
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(counting, headers)) {
      @Override
      public void onMessage(Q message) {
        if (isStream) {
          method.messagesReceived().increment();
        }
        super.onMessage(message);
      }

      @Override
      public void onCancel() {
        if (ended.compareAndSet(false, true)) {
          method.completed(Status.CANCELLED, start);
        }
        super.onCancel();
      }
    };
  }

  private Method method(MethodDescriptor<?, ?> descriptor) {
    String whole = descriptor.getFullMethodName().replace('.', '_');
    int slash = whole.lastIndexOf('/');
    String service = whole.substring(0, Math.max(0, slash));
    String name = whole.substring(slash + 1);
    Kind kind = descriptor.getType() == MethodDescriptor.MethodType.UNARY ? unary : stream;
    return new Method(
        service,
        name,
        kind,
        kind.received().series(service, name),
        messagesReceived.series(service, name),
        messagesSent.series(service, name));
  }

  /// A code as Go writes it: `OK`, `Canceled`, `PermissionDenied`.
  private static String shown(Status.Code code) {
    if (code == Status.Code.OK) {
      return "OK";
    }
    if (code == Status.Code.CANCELLED) {
      return "Canceled";
    }
    StringBuilder shown = new StringBuilder();
    for (String word : code.name().toLowerCase(Locale.ROOT).split("_", -1)) {
      shown.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
    }
    return shown.toString();
  }
}
