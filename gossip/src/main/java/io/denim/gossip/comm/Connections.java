package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The connections by peer, and those that are being made by endpoint. Two peers that dial each
/// other at the same time keep both streams and each sends on the newest, where Fabric's would end
/// one; of more the oldest ends. A lock guards the maps.
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.comm");
  private static final int MAX_OF_ONE_PEER = 3;

  /// Endpoints come from other peers' messages; no more than these are dialed at once.
  private static final int MAX_DIALING = 500;

  private final Consumer<Connection> runner;
  private final ConnectionEvents events;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ByteString, Deque<Connection>> open = new HashMap<>(); // newest last
  private final Map<String, Dialing> dialing = new HashMap<>(); // by endpoint
  private boolean closed;

  /// @param expected who is looked for; empty if anybody
  private record Dialing(Connection connection, ByteString expected) {}

  /// @param runner begins to dial and to run a connection, and does not wait
  Connections(Consumer<Connection> runner, ConnectionEvents events) {
    this.runner = runner;
    this.events = events;
  }

  /// An open connection, or one that is being made.
  ///
  /// @return empty if there is none and the endpoint is not known
  Optional<Connection> to(PeerAddress peer, Function<String, Connection> maker) {
    Connection connection;
    lock.lock();
    try {
      Deque<Connection> known = open.get(peer.pkiId());
      if (known != null) {
        return Optional.of(known.getLast());
      }
      Dialing under = dialing.get(peer.endpoint());
      if (under != null) {
        return Optional.of(under.connection());
      }
      if (peer.endpoint().isEmpty() || closed || dialing.size() >= MAX_DIALING) {
        return Optional.empty();
      }
      connection = maker.apply(peer.endpoint());
      dialing.put(peer.endpoint(), new Dialing(connection, peer.pkiId()));
    } finally {
      lock.unlock();
    }
    runner.accept(connection);
    return Optional.of(connection);
  }

  /// Dials an endpoint, whoever is there.
  void contact(String endpoint, Function<String, Connection> maker) {
    Connection connection;
    lock.lock();
    try {
      if (closed || dialing.containsKey(endpoint) || dialing.size() >= MAX_DIALING) {
        return;
      }
      connection = maker.apply(endpoint);
      dialing.put(endpoint, new Dialing(connection, ByteString.EMPTY));
    } finally {
      lock.unlock();
    }
    runner.accept(connection);
  }

  /// Takes a connection whose other side is known now.
  boolean established(Connection connection, RemotePeer peer) {
    List<Connection> surplus = new ArrayList<>();
    Dialing made;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      made = dialing.remove(connection.endpoint());
      Deque<Connection> all = open.computeIfAbsent(peer.pkiId(), pkiId -> new ArrayDeque<>());
      all.addLast(connection);
      while (all.size() > MAX_OF_ONE_PEER) {
        surplus.add(all.removeFirst());
      }
    } finally {
      lock.unlock();
    }
    surplus.forEach(Connection::close);
    events.connected(peer, connection.endpoint());
    if (made != null && isAnother(made.expected(), peer)) {
      LOG.info("At {} is {} now", connection.endpoint(), peer);
      events.unreachable(made.expected(), connection.endpoint());
    }
    return true;
  }

  private static boolean isAnother(ByteString expected, RemotePeer peer) {
    return !expected.isEmpty() && !expected.equals(peer.pkiId());
  }

  /// Forgets a connection that has ended, and tells what that means.
  void ended(Connection connection, String why) {
    Optional<Dialing> failed = Optional.empty();
    boolean last = false;
    Optional<RemotePeer> remote = connection.remote();
    lock.lock();
    try {
      Dialing under = dialing.get(connection.endpoint());
      if (under != null && under.connection() == connection) {
        dialing.remove(connection.endpoint());
        failed = Optional.of(under);
      }
      if (remote.isPresent()) {
        last = remove(remote.get().pkiId(), connection);
      }
    } finally {
      lock.unlock();
    }
    if (failed.isPresent()) {
      boolean forCertificate = String.valueOf(why).contains("certificate");
      LOG.atLevel(forCertificate ? Level.WARN : Level.DEBUG)
          .log("Failed to connect to {}: {}", connection.endpoint(), why);
      events.unreachable(failed.get().expected(), connection.endpoint());
    }
    if (last) {
      events.disconnected(remote.get().pkiId());
    }
  }

  /// @return whether it was the last of its peer
  private boolean remove(ByteString pkiId, Connection connection) {
    Deque<Connection> all = open.get(pkiId);
    if (all == null || !all.remove(connection) || !all.isEmpty()) {
      return false;
    }
    open.remove(pkiId);
    return true;
  }

  boolean isConnected(ByteString pkiId) {
    lock.lock();
    try {
      return open.containsKey(pkiId);
    } finally {
      lock.unlock();
    }
  }

  void close(ByteString pkiId) {
    List<Connection> all;
    lock.lock();
    try {
      all = List.copyOf(open.getOrDefault(pkiId, new ArrayDeque<>()));
    } finally {
      lock.unlock();
    }
    all.forEach(Connection::close);
  }

  void forEach(Consumer<Connection> action) {
    all().forEach(action);
  }

  private List<Connection> all() {
    lock.lock();
    try {
      List<Connection> all = new ArrayList<>();
      open.values().forEach(all::addAll);
      dialing.values().forEach(under -> all.add(under.connection()));
      return all;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    all().forEach(Connection::close);
  }
}
