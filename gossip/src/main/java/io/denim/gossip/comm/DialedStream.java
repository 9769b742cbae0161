package io.denim.gossip.comm;

import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipGrpc;

/// A stream that this peer opens, over a connection of its own. Safe for use by any thread.
final class DialedStream implements Connection.Shown, AutoCloseable {
  private final String endpoint;
  private final ManagedChannel channel;
  private final ShownCertificate certificate = new ShownCertificate();

  private DialedStream(String endpoint, ManagedChannel channel) {
    this.endpoint = endpoint;
    this.channel = channel;
  }

  /// Opens the stream; whether anybody answers shows later.
  static DialedStream open(Connection connection, ManagedChannel channel) {
    DialedStream stream = new DialedStream(connection.endpoint(), channel);
    var unused =
        GossipGrpc.newStub(ClientInterceptors.intercept(channel, stream.certificate))
            .gossipStream(new Responses(connection));
    return stream;
  }

  @Override
  public Optional<X509Certificate> certificate() {
    return certificate.shown();
  }

  @Override
  public String address() {
    return endpoint;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /// Hands the stream's messages to the connection, which takes control of their flow.
  private record Responses(Connection connection)
      implements ClientResponseObserver<Envelope, Envelope> {
    @Override
    public void beforeStart(ClientCallStreamObserver<Envelope> requests) {
      requests.disableAutoRequestWithInitial(1);
      connection.attach(requests);
    }

    @Override
    public void onNext(Envelope envelope) {
      connection.onNext(envelope);
    }

    @Override
    public void onError(Throwable error) {
      connection.onError(error);
    }

    @Override
    public void onCompleted() {
      connection.onCompleted();
    }
  }
}
