package io.denim.wire;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Who is at the other end of the connection that the current call came in on.
///
/// @param address as the transport sees it, for logs
/// @param tlsCertificate what the client showed in its TLS handshake; it chains to a client root
///   only where the server requires that
public record Caller(String address, Optional<X509Certificate> tlsCertificate) {
  private static final Context.Key<Caller> KEY = Context.key("caller");
  private static final Caller UNKNOWN = new Caller("unknown", Optional.empty());

  /// The caller of the call that this thread serves.
  public static Caller current() {
    Caller caller = KEY.get();
    return caller == null ? UNKNOWN : caller;
  }

  /// Puts each call's caller where {@link #current} finds it.
  public static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Context context = Context.current().withValue(KEY, of(call));
        return Contexts.interceptCall(context, call, headers, next);
      }
    };
  }

  private static Caller of(ServerCall<?, ?> call) {
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    String name = address == null ? "unknown" : address.toString().replaceFirst("^/", "");
    return new Caller(name, certificate(session));
  }

  private static Optional<X509Certificate> certificate(@Nullable SSLSession session) {
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate first
          ? Optional.of(first)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // the client showed none
    }
  }
}
