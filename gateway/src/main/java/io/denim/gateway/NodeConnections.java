package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.wire.TlsConfigurationException;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections to other peers and orderers, made when first needed and kept. Safe for use by
/// any thread; a lock guards the map.
final class NodeConnections implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeConnections.class);

  /// More addresses than a channel's configuration would name; the map is emptied then.
  private static final int MAX_CONNECTIONS = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, ManagedChannel> channels = new HashMap<>(); // guarded by lock
  private boolean closed; // guarded by lock

  /// Nodes at one address under other roots are another connection.
  private record Key(boolean orderer, String address, List<ByteString> tlsRoots) {}

  private final Dialer dialer;

  NodeConnections(Dialer dialer) {
    this.dialer = dialer;
  }

  ManagedChannel peer(String address, List<ByteString> tlsRoots) throws TlsConfigurationException {
    return connection(new Key(false, address, List.copyOf(tlsRoots)));
  }

  ManagedChannel orderer(String address, List<ByteString> tlsRoots)
      throws TlsConfigurationException {
    return connection(new Key(true, address, List.copyOf(tlsRoots)));
  }

  private ManagedChannel connection(Key key) throws TlsConfigurationException {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the gateway is closed");
      }
      ManagedChannel channel = channels.get(key);
      if (channel == null) {
        if (channels.size() >= MAX_CONNECTIONS) {
          shutDownAll();
        }
        channel =
            key.orderer()
                ? dialer.orderer(key.address(), key.tlsRoots())
                : dialer.peer(key.address(), key.tlsRoots());
        channels.put(key, channel);
        LOG.info("Added {} to registry: {}", key.orderer() ? "orderer" : "peer", key.address());
      }
      return channel;
    } finally {
      lock.unlock();
    }
  }

  /// Gives a peer's connection up, so that the next call makes a new one.
  void forgetPeer(String address) {
    lock.lock();
    try {
      channels
          .entrySet()
          .removeIf(entry -> {
            boolean same = !entry.getKey().orderer() && entry.getKey().address().equals(address);
            if (same) {
              entry.getValue().shutdown();
            }
            return same;
          });
    } finally {
      lock.unlock();
    }
  }

  private void shutDownAll() {
    channels.values().forEach(ManagedChannel::shutdown);
    channels.clear();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      channels.values().forEach(ManagedChannel::shutdownNow);
      channels.clear();
    } finally {
      lock.unlock();
    }
  }
}
