package io.denim.wire;

import com.google.protobuf.ByteString;
import java.util.List;
import javax.net.ssl.SSLContext;

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
    /// Asked for; if one is given it must chain to a client root. Without roots none is good.
    VERIFIED_IF_GIVEN,
    /// Needed, and it must chain to a client root.
    REQUIRED
  }

  public ServerTls {
    clientRoots = List.copyOf(clientRoots);
  }

  /// A context for servers of the Java runtime. What it asks of clients is set on each of their
  /// connections.
  ///
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public SSLContext javaContext() throws TlsConfigurationException {
    return TlsContexts.javaServer(this);
  }
}
