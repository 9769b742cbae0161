package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import io.denim.metrics.Counter;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import io.denim.wire.TlsConfigurationException;
import io.grpc.BindableService;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This peer's connections to others: sends, asks and waits for answers, and brings what comes in
/// to handlers by kind and channel, the rest to {@link ConnectionEvents}. Connections are made when
/// something is to be sent. Safe for use by any thread.
///
/// Follows fabric v3.1.5 gossip/comm/comm_impl.go.
public final class Communication implements Connection.Owner, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.comm");

  private final Handshake handshake;
  private final CommunicationSettings settings;
  private final ConnectionEvents events;
  private final Counters counters;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Connections connections;
  private final PeerDialer dialer;
  private final PendingAnswers pending = new PendingAnswers();
  private final Map<HandlerKey, MessageHandler> handlers = new ConcurrentHashMap<>();

  /// @param channelId empty for all channels that have no handler of their own
  private record HandlerKey(GossipMessage.ContentCase kind, String channelId) {}

  private record Counters(Counter sent, Counter received, Counter overflows) {
    static Counters of(Metrics metrics) {
      return new Counters(
          counter(metrics, "gossip_comm_messages_sent", "Number of messages sent"),
          counter(metrics, "gossip_comm_messages_received", "Number of messages received"),
          counter(
              metrics, "gossip_comm_overflow_count", "Number of outgoing queue buffer overflows"));
    }

    private static Counter counter(Metrics metrics, String name, String help) {
      return metrics.counter(MetricName.of(name, help)).series();
    }
  }

  /// Who this peer is and whom it may speak with.
  public record Parties(GossipSelf self, GossipMembers members, PeerDialer dialer) {}

  /// @param events is told of connections and of messages without a handler
  public Communication(
      Parties parties, CommunicationSettings settings, ConnectionEvents events, Metrics metrics) {
    this.handshake = new Handshake(parties.self(), parties.members());
    this.settings = settings;
    this.events = events;
    this.counters = Counters.of(metrics);
    this.dialer = parties.dialer();
    this.connections = new Connections(this::dial, events);
  }

  /// The service that other peers dial.
  public BindableService service() {
    return new GossipStreams(this);
  }

  /// Has messages of a kind dealt with by a handler. The later registration counts.
  ///
  /// @param channelId empty for channels without a handler of their own
  public void handle(GossipMessage.ContentCase kind, String channelId, MessageHandler handler) {
    handlers.put(new HandlerKey(kind, channelId), handler);
  }

  /// Sends as far as there is room, connecting if necessary; nobody is told if it fails.
  ///
  /// @return false if it surely was not sent
  public boolean send(PeerAddress to, Envelope envelope) {
    Optional<Connection> connection = connections.to(to, this::dialed);
    return connection.isPresent() && connection.get().offer(to.pkiId(), envelope);
  }

  /// Connects to whoever is at an endpoint, unless that is under way.
  public void contact(String endpoint) {
    connections.contact(endpoint, this::dialed);
  }

  /// Asks another peer and waits for the message that answers under the same nonce: a response, or
  /// an acknowledgement.
  ///
  /// @param message its nonce does not matter
  /// @throws InterruptedException when the peer stops
  public Answer request(PeerAddress to, GossipMessage message, Duration patience)
      throws InterruptedException {
    long nonce = ThreadLocalRandom.current().nextLong();
    Envelope envelope = Envelopes.unsigned(message.toBuilder().setNonce(nonce).build());
    try (PendingAnswers.Waiting waiting = pending.expect(to.pkiId(), nonce)) {
      Optional<Connection> connection = connections.to(to, this::dialed);
      if (connection.isEmpty()) {
        return new Answer.Missing("there is no connection to " + to);
      }
      waiting.over(connection.get());
      if (!connection.get().offer(to.pkiId(), envelope, patience)) {
        return new Answer.Missing("the connection to " + to + " takes no more");
      }
      return waiting.await(patience);
    }
  }

  /// Whether there is an open connection.
  public boolean isConnected(ByteString pkiId) {
    return connections.isConnected(pkiId);
  }

  /// Ends all connections to a peer.
  public void disconnect(ByteString pkiId) {
    connections.close(pkiId);
  }

  /// To be called each second: peers at their limit are read from again.
  public void nextSecond() {
    connections.forEach(Connection::nextSecond);
  }

  /// A stream that another peer has opened.
  Connection accept() {
    return new Connection(this, settings, "");
  }

  private Connection dialed(String endpoint) {
    return new Connection(this, settings, endpoint);
  }

  /// Dials on the connection's own thread: setting TLS up takes a while.
  private void dial(Connection connection) {
    execute(
        connection,
        () -> {
          try {
            DialedStream stream = DialedStream.open(connection, dialer.dial(connection.endpoint()));
            live(connection, stream, handshake.self().clientCertificate(), stream);
          } catch (TlsConfigurationException | IllegalArgumentException e) {
            LOG.warn("Cannot connect to {}: {}", connection.endpoint(), e.getMessage());
            ended(connection, String.valueOf(e.getMessage()), connection.endpoint(), () -> {});
          }
        });
  }

  /// Runs a connection on a thread of its own until it ends.
  void start(
      Connection connection,
      Connection.Shown shown,
      Optional<ByteString> ownCertificate,
      AutoCloseable transport) {
    if (!execute(connection, () -> live(connection, shown, ownCertificate, transport))) {
      close(transport);
    }
  }

  /// @return false if this peer stops
  private boolean execute(Connection connection, Runnable life) {
    try {
      threads.execute(life);
      return true;
    } catch (RejectedExecutionException e) {
      connection.close();
      return false;
    }
  }

  private void live(
      Connection connection,
      Connection.Shown shown,
      Optional<ByteString> ownCertificate,
      AutoCloseable transport) {
    String end;
    try {
      end = connection.run(handshake, ownCertificate, shown);
    } catch (InterruptedException e) {
      end = "closed";
    }
    String why = connection.end().isEmpty() ? end : connection.end();
    ended(connection, why, shown.address(), transport);
  }

  /// For streams that others open.
  Optional<ByteString> serverCertificate() {
    return handshake.self().serverCertificate().get();
  }

  private void ended(Connection connection, String why, String address, AutoCloseable transport) {
    Optional<RemotePeer> remote = connection.remote();
    if (remote.isEmpty() && !why.equals("probed") && connection.endpoint().isEmpty()) {
      LOG.warn("Authentication failed for {}: {}", address, why);
    } else {
      LOG.debug("The connection with {} ends: {}", address, why);
    }
    connection.close();
    close(transport);
    connections.ended(connection, why);
    if (remote.isEmpty()) {
      pending.abandon(connection, "cannot connect: " + why);
    }
    remote.ifPresent(peer -> {
      if (!connections.isConnected(peer.pkiId())) {
        pending.abandon(peer.pkiId(), "the connection has ended: " + why);
      }
    });
  }

  private static void close(AutoCloseable transport) {
    try {
      transport.close();
    } catch (Exception e) { // whatever it is, the connection is over
      LOG.debug("A connection does not close: {}", e.getMessage());
    }
  }

  @Override
  public boolean established(Connection connection, RemotePeer peer) {
    return connections.established(connection, peer);
  }

  @Override
  public void received(Incoming incoming) {
    counters.received().increment();
    GossipMessage message = incoming.message();
    if (message.getNonce() != 0 && pending.complete(incoming.from().pkiId(), message)) {
      incoming.done();
      return;
    }
    GossipMessage.ContentCase kind = message.getContentCase();
    MessageHandler handler = handlers.get(new HandlerKey(kind, incoming.channelId()));
    if (handler == null) {
      handler = handlers.get(new HandlerKey(kind, ""));
    }
    if (handler == null) {
      events.received(incoming, incoming::done);
    } else {
      handle(incoming, handler);
    }
  }

  private void handle(Incoming incoming, MessageHandler handler) {
    try {
      threads.execute(() -> {
        try {
          handler.handle(incoming);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
          LOG.error(
              "A {} message from {} could not be dealt with",
              incoming.message().getContentCase(),
              incoming.from(),
              e);
        } finally {
          incoming.done();
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("A message came while this peer stops");
    }
  }

  @Override
  public void overflowed() {
    counters.overflows().increment();
  }

  @Override
  public void sent() {
    counters.sent().increment();
  }

  /// Ends all connections.
  @Override
  public void close() {
    connections.close();
    threads.shutdownNow();
  }
}
