package io.denim.gossip.comm;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Keeps the certificate that the server of one call has shown. Safe for use by any thread.
final class ShownCertificate implements ClientInterceptor {
  private final AtomicReference<Optional<X509Certificate>> certificate =
      new AtomicReference<>(Optional.empty());

  /// Empty before the server's first message, and without TLS.
  Optional<X509Certificate> shown() {
    return certificate.get();
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onHeaders(Metadata received) {
                keep(getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
                super.onHeaders(received);
              }
            },
            headers);
      }
    };
  }

  private void keep(@Nullable SSLSession session) {
    if (session == null) {
      return;
    }
    try {
      if (session.getPeerCertificates()[0] instanceof X509Certificate first) {
        certificate.set(Optional.of(first));
      }
    } catch (SSLPeerUnverifiedException e) {
      certificate.set(Optional.empty());
    }
  }
}
