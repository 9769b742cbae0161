package io.denim.wire;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// How a client checks a server and, if asked, proves who it is.
///
/// @param serverRoots PEM certificates that the server's certificate must chain to
/// @param keyPair what is shown to a server that asks
/// @param serverName the name that the certificate must carry instead of the dialled host's
public record ClientTls(
    List<ByteString> serverRoots, Optional<TlsKeyPair> keyPair, Optional<String> serverName) {
  public ClientTls {
    serverRoots = List.copyOf(serverRoots);
  }

  /// A client that shows no certificate and expects the dialled host's name.
  public static ClientTls trusting(ByteString... serverRoots) {
    return new ClientTls(List.of(serverRoots), Optional.empty(), Optional.empty());
  }

  /// A context for clients of the Java runtime.
  ///
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public SSLContext javaContext() throws TlsConfigurationException {
    return TlsContexts.javaClient(this);
  }
}
