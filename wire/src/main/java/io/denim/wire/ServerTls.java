package io.denim.wire;

import com.google.protobuf.ByteString;
import java.util.List;

/// How a server proves who it is and what it asks of its clients.
///
/// @param keyPair the server's own
/// @param clientAuth what is asked of a client's certificate
/// @param clientRoots PEM certificates that a required client certificate must chain to
public record ServerTls(TlsKeyPair keyPair, ClientAuth clientAuth, List<ByteString> clientRoots) {
  /// What a server asks of a client's certificate.
  public enum ClientAuth {
    /// Asked for and kept for later comparison, but neither needed nor checked.
    REQUESTED,
    /// Needed, and it must chain to a client root.
    REQUIRED
  }

  public ServerTls {
    clientRoots = List.copyOf(clientRoots);
  }
}
