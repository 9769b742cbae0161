package io.denim.testnet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Ports that nobody listens on. They are held until they are let go together, so that none is
/// given twice. Used by one thread.
final class FreePorts implements NetworkPlan.Ports, AutoCloseable {
  private final List<ServerSocket> held = new ArrayList<>();

  @Override
  public int port(int customary) {
    try {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      socket.setReuseAddress(true);
      held.add(socket);
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    }
  }

  @Override
  public void close() {
    for (ServerSocket socket : held) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
