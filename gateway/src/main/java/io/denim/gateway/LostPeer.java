package io.denim.gateway;

/// A peer that was alive and is no more.
///
/// @param endpoint `host:port` at which it was
/// @param since when it was held for dead, in milliseconds since 1970
public record LostPeer(String mspId, String endpoint, long since) {}
