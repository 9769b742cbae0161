package io.denim.identity;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// Literal IP addresses, without asking a name server. Stateless.
final class IpAddress {
  private IpAddress() {}

  /// The bytes of an address in figures; none for a host name.
  static Optional<byte[]> parse(String text) {
    boolean literal =
        text.matches("[0-9]+(\\.[0-9]+){3}") || text.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    if (!literal) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text).getAddress());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
