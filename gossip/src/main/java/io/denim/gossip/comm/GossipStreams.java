package io.denim.gossip.comm;

import io.denim.wire.Caller;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.hyperledger.fabric.protos.gossip.Empty;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipGrpc;

/// `gossip.Gossip`: the streams that other peers open. Safe for use by any thread.
final class GossipStreams extends GossipGrpc.GossipImplBase {
  /// Streams at once; far more than a network has peers.
  private static final int MAX_STREAMS = 10_000;

  private final Communication communication;
  private final AtomicInteger streams = new AtomicInteger();

  GossipStreams(Communication communication) {
    this.communication = communication;
  }

  private record Accepted(Caller caller) implements Connection.Shown {
    @Override
    public Optional<X509Certificate> certificate() {
      return caller.tlsCertificate();
    }

    @Override
    public String address() {
      return caller.address();
    }
  }

  @Override
  public void ping(Empty request, StreamObserver<Empty> response) {
    response.onNext(Empty.getDefaultInstance());
    response.onCompleted();
  }

  @Override
  public StreamObserver<Envelope> gossipStream(StreamObserver<Envelope> responses) {
    var stream = (ServerCallStreamObserver<Envelope>) responses;
    Connection connection = communication.accept();
    stream.disableAutoRequest();
    connection.attach(stream);
    if (streams.incrementAndGet() > MAX_STREAMS) {
      streams.decrementAndGet();
      connection.close();
      stream.onError(
          Status.RESOURCE_EXHAUSTED.withDescription("too many streams").asRuntimeException());
      return connection;
    }
    communication.start(
        connection,
        new Accepted(Caller.current()),
        communication.serverCertificate(),
        streams::decrementAndGet);
    stream.request(1);
    return connection;
  }
}
