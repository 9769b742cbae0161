package io.denim.peer;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.Optional;

/// Which address a peer shows to others (fabric v3.1.5 core/peer/config.go).
final class LocalAddress {
  private LocalAddress() {}

  /// The configured address; its host is replaced by this machine's own where that is asked for or
  /// where it stands for all of the machine's, which no other could connect to.
  ///
  /// @param address `host:port`
  static String of(String address, boolean detect) {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? address : address.substring(0, colon);
    boolean everywhere = host.isEmpty() || host.equals("0.0.0.0") || host.equals("[::]");
    if (colon < 0 || !(everywhere || detect)) {
      return address;
    }
    return machine().map(found -> found + address.substring(colon)).orElse(address);
  }

  /// The first IPv4 address that others might reach.
  private static Optional<String> machine() {
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress found : Collections.list(each.getInetAddresses())) {
          if (found instanceof Inet4Address && !found.isLoopbackAddress()) {
            return Optional.of(found.getHostAddress());
          }
        }
      }
    } catch (SocketException e) {
      // then nobody can be reached, and the address stays as it is
    }
    return Optional.empty();
  }
}
