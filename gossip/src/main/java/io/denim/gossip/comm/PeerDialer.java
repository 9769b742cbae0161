package io.denim.gossip.comm;

import io.denim.wire.TlsConfigurationException;
import io.grpc.ManagedChannel;

/// Makes connections to peers of any organization of this peer's channels. Safe for use by any
/// thread.
@FunctionalInterface
public interface PeerDialer {
  /// @param endpoint `host:port`
  /// @throws TlsConfigurationException if the organizations' certificates are not usable
  ManagedChannel dial(String endpoint) throws TlsConfigurationException;
}
