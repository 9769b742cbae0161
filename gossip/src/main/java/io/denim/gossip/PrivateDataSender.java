package io.denim.gossip;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.Identity;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipGrpc;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PrivateDataMessage;
import org.hyperledger.fabric.protos.gossip.PrivatePayload;
import org.jspecify.annotations.Nullable;

/// Brings private writes to another peer and waits until it has kept them. Immutable; safe for use
/// by any thread.
///
/// Follows fabric v3.1.5 gossip/comm/comm_impl.go SendWithAck, gossip/privdata/distributor.go.
public final class PrivateDataSender {
  private final GossipSelf self;
  private final Handshake handshake;
  private final Duration patience;

  /// @param patience how long a peer may take to acknowledge
  public PrivateDataSender(GossipSelf self, GossipMembers members, Duration patience) {
    this.self = self;
    this.handshake = new Handshake(self, members);
    this.patience = patience;
  }

  /// Sends over a connection to the peer.
  ///
  /// @param identity the serialized identity that the peer must prove to have
  /// @return why it was not taken, empty if it was
  public Optional<String> send(
      Channel connection, ByteString identity, String channelId, PrivatePayload payload) {
    ServerCertificate certificate = new ServerCertificate();
    Exchange exchange =
        new Exchange(
            identity,
            GossipMessage.newBuilder()
                .setNonce(ThreadLocalRandom.current().nextLong())
                .setChannel(ByteString.copyFromUtf8(channelId))
                .setTag(GossipMessage.Tag.CHAN_ONLY)
                .setPrivateData(PrivateDataMessage.newBuilder().setPayload(payload))
                .build(),
            certificate);
    exchange.requests =
        GossipGrpc.newStub(ClientInterceptors.intercept(connection, certificate))
            .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
            .gossipStream(exchange);
    exchange.requests.onNext(handshake.greeting(self.clientCertificate()));
    exchange.requested.add(Boolean.TRUE);
    return exchange.outcome();
  }

  /// One message and its acknowledgement, on a stream of its own.
  private final class Exchange implements StreamObserver<Envelope> {
    private final ByteString identity;
    private final GossipMessage message;
    private final ServerCertificate certificate;
    private final BlockingQueue<Optional<String>> outcome = new ArrayBlockingQueue<>(4);
    private final BlockingQueue<Boolean> requested = new ArrayBlockingQueue<>(1);
    private volatile StreamObserver<Envelope> requests = new Ended();
    private boolean introduced;

    Exchange(ByteString identity, GossipMessage message, ServerCertificate certificate) {
      this.identity = identity;
      this.message = message;
      this.certificate = certificate;
    }

    /// The call's own deadline ends the wait at the latest.
    Optional<String> outcome() {
      try {
        return outcome.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.of("interrupted");
      } finally {
        requests.onCompleted();
      }
    }

    @Override
    public void onNext(Envelope envelope) {
      if (!introduced) {
        introduced = true;
        introduce(envelope);
        return;
      }
      try {
        GossipMessage answer = GossipMessage.parseFrom(envelope.getPayload());
        if (answer.hasAck() && answer.getNonce() == message.getNonce()) {
          String error = answer.getAck().getError();
          outcome.offer(error.isEmpty() ? Optional.empty() : Optional.of(error));
        }
      } catch (InvalidProtocolBufferException e) {
        outcome.offer(Optional.of("malformed answer: " + e.getMessage()));
      }
    }

    private void introduce(Envelope envelope) {
      switch (handshake.judge(envelope, certificate.shown())) {
        case Handshake.Outcome.Accepted(Identity peer) -> {
          if (peer.serialized().equals(identity)) {
            afterGreeting();
          } else {
            outcome.offer(Optional.of("another peer answers at this address"));
          }
        }
        case Handshake.Outcome.Refused(String reason) -> outcome.offer(Optional.of(reason));
      }
    }

    /// The own greeting goes first, even where the answer to it is quicker.
    private void afterGreeting() {
      try {
        requested.take();
        requests.onNext(Envelope.newBuilder().setPayload(message.toByteString()).build());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void onError(Throwable error) {
      Status status = Status.fromThrowable(error);
      outcome.offer(Optional.of(status.getCode() + ": " + status.getDescription()));
    }

    @Override
    public void onCompleted() {
      outcome.offer(Optional.of("the peer ended the stream"));
    }
  }

  /// Stands in until the stream is there.
  private static final class Ended implements StreamObserver<Envelope> {
    @Override
    public void onNext(Envelope value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  /// Keeps the certificate that the server has shown.
  private static final class ServerCertificate implements ClientInterceptor {
    private final AtomicReference<Optional<X509Certificate>> certificate =
        new AtomicReference<>(Optional.empty());

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
}
