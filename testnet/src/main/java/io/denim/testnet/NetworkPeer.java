package io.denim.testnet;

import java.nio.file.Path;

/// Where a client finds a peer.
///
/// @param address `localhost:port`
/// @param hostname the name in its TLS certificate, which also has `localhost`
/// @param tlsRoot the PEM file of the authority that issued that certificate
public record NetworkPeer(String mspId, String address, String hostname, Path tlsRoot) {}
