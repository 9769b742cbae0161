package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.wire.TlsConfigurationException;
import io.grpc.ManagedChannel;
import java.util.List;

/// Makes connections to other nodes with this peer's own TLS settings. Safe for use by any thread.
public interface Dialer {
  /// @param address `host:port`
  /// @param tlsRoots PEM certificates of the peer's organization
  /// @throws TlsConfigurationException if the certificates are not usable
  ManagedChannel peer(String address, List<ByteString> tlsRoots) throws TlsConfigurationException;

  /// @param address `host:port` as the channel's configuration has it, before this peer's own
  ///   overrides
  /// @param tlsRoots PEM certificates of the orderer's organization
  /// @throws TlsConfigurationException if the certificates are not usable
  ManagedChannel orderer(String address, List<ByteString> tlsRoots)
      throws TlsConfigurationException;
}
