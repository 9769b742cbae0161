package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.CallFailure;
import io.denim.wire.OutboundStream;
import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One gossip stream, whoever opened it: introduces itself, learns who the other side is, then
/// carries messages both ways. What is to be sent waits in a bounded queue that the connection's
/// own thread empties; what comes in is read only as fast as it is dealt with. Sending is for any
/// thread; gRPC brings messages one after the other.
///
/// Follows fabric v3.1.5 gossip/comm/conn.go.
final class Connection implements StreamObserver<Envelope> {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.comm");
  private static final Duration SEND_PATIENCE = Duration.ofSeconds(20);

  private final Owner owner;
  private final CommunicationSettings settings;
  private final String endpoint;
  private final BlockingQueue<Outgoing> outgoing;
  private final BlockingQueue<Optional<Envelope>> greetings = new ArrayBlockingQueue<>(1);
  private final ReadingAllowance allowance;
  private volatile @Nullable RemotePeer remote;
  private volatile @Nullable OutboundStream<Envelope> stream;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;
  private volatile String end = "";

  /// A message, and who alone may have it.
  private record Outgoing(ByteString pkiId, Envelope envelope) {}

  /// Whoever keeps the connections.
  interface Owner {
    /// @return whether the connection may go on
    boolean established(Connection connection, RemotePeer peer);

    void received(Incoming incoming);

    void overflowed();

    void sent();
  }

  /// @param endpoint at which the other side is dialed; empty if it dialed
  Connection(Owner owner, CommunicationSettings settings, String endpoint) {
    this.owner = owner;
    this.settings = settings;
    this.endpoint = endpoint;
    this.outgoing = new ArrayBlockingQueue<>(settings.sendBuffSize());
    this.allowance = new ReadingAllowance(settings.recvBuffSize(), settings.messagesPerSecond());
  }

  String endpoint() {
    return endpoint;
  }

  boolean isClosed() {
    return closed;
  }

  Optional<RemotePeer> remote() {
    return Optional.ofNullable(remote);
  }

  /// Takes the stream's two directions; called before its first message can come.
  void attach(CallStreamObserver<Envelope> requests) {
    stream = new OutboundStream<>(requests);
    allowance.attach(requests);
  }

  /// Queues a message.
  ///
  /// @param pkiId who alone may have it
  /// @return false if the queue is full or the connection is closed
  boolean offer(ByteString pkiId, Envelope envelope) {
    if (closed) {
      return false;
    }
    boolean queued = outgoing.offer(new Outgoing(pkiId, envelope));
    if (!queued) {
      owner.overflowed();
    }
    return queued;
  }

  /// Queues a message, waiting for room.
  boolean offer(ByteString pkiId, Envelope envelope, Duration patience)
      throws InterruptedException {
    return !closed
        && outgoing.offer(new Outgoing(pkiId, envelope), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// The connection's life; returns when it has ended.
  ///
  /// @param shown the other side's TLS certificate, once its first message is there
  /// @return why it ended
  String run(Handshake handshake, Optional<ByteString> ownCertificate, Shown shown)
      throws InterruptedException {
    thread = Thread.currentThread();
    try {
      OutboundStream<Envelope> out = stream;
      return out == null || closed ? "closed" : introduce(out, handshake, ownCertificate, shown);
    } finally {
      thread = null;
    }
  }

  private String introduce(
      OutboundStream<Envelope> out,
      Handshake handshake,
      Optional<ByteString> ownCertificate,
      Shown shown)
      throws InterruptedException {
    Duration patience =
        endpoint.isEmpty()
            ? settings.connTimeout()
            : settings.dialTimeout().plus(settings.connTimeout());
    if (out.send(handshake.greeting(ownCertificate), patience) != OutboundStream.Sent.YES) {
      return refuse("cannot be reached within " + patience.toMillis() + " ms");
    }
    Optional<Envelope> first = greetings.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (first == null) {
      return refuse("timed out waiting for connection message from " + shown.address());
    }
    if (first.isEmpty()) {
      return "the other side ended the stream";
    }
    return switch (handshake.judge(first.get(), shown.certificate(), shown.address())) {
      case Handshake.Outcome.Refused(String reason) -> refuse(reason);
      case Handshake.Outcome.Accepted(RemotePeer peer, boolean probe) ->
          probe ? probed(peer) : serve(peer, out);
    };
  }

  /// What the transport knows of the other side.
  interface Shown {
    Optional<X509Certificate> certificate();

    String address();
  }

  private String probed(RemotePeer peer) {
    LOG.debug("Probed by {}", peer);
    close();
    return "probed";
  }

  private String refuse(String reason) {
    OutboundStream<Envelope> out = stream;
    closed = true;
    if (out != null) {
      out.fail(Status.PERMISSION_DENIED.withDescription(reason));
    }
    return reason;
  }

  private String serve(RemotePeer peer, OutboundStream<Envelope> out) throws InterruptedException {
    remote = peer;
    if (!owner.established(this, peer)) {
      close();
      return "not wanted";
    }
    allowance.open();
    while (!closed) {
      Outgoing next = outgoing.take();
      if (!next.pkiId().equals(peer.pkiId())) {
        LOG.debug("A message for {} is not sent to {}", PkiId.brief(next.pkiId()), peer);
        continue;
      }
      switch (out.send(next.envelope(), SEND_PATIENCE)) {
        case YES -> owner.sent();
        case CLOSED -> {
          return "the stream has ended";
        }
        case TIMED_OUT -> {
          return "it reads nothing for " + SEND_PATIENCE.toSeconds() + " s";
        }
      }
    }
    return "closed";
  }

  @Override
  public void onNext(Envelope envelope) {
    RemotePeer peer = remote;
    if (peer == null) {
      greetings.offer(Optional.of(envelope));
      return;
    }
    allowance.took(envelope.getSerializedSize());
    GossipMessage message;
    try {
      message = Envelopes.open(envelope);
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("Got error, aborting the connection to {}: {}", peer, e.getMessage());
      close();
      return;
    }
    owner.received(new Incoming(peer, envelope, message, this));
  }

  /// Has the next message read.
  void processed(Envelope envelope) {
    allowance.processed(envelope.getSerializedSize());
  }

  /// Begins a new second, for the limit on messages in each.
  void nextSecond() {
    allowance.nextSecond();
  }

  @Override
  public void onError(Throwable error) {
    ended(CallFailure.reason(error));
  }

  @Override
  public void onCompleted() {
    ended("the other side has ended the stream");
  }

  private void ended(String reason) {
    if (!closed) {
      end = reason;
    }
    greetings.offer(Optional.empty());
    close();
  }

  /// Why the other side, or the transport, has ended the stream; empty if this one did.
  String end() {
    return end;
  }

  /// Ends the stream. Safe to call again.
  void close() {
    closed = true;
    OutboundStream<Envelope> out = stream;
    if (out != null) {
      out.complete();
    }
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }
}
