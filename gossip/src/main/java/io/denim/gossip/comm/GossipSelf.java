package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import io.denim.identity.SigningIdentity;
import java.util.Optional;
import java.util.function.Supplier;

/// Who this peer is in gossip.
///
/// @param serverCertificate the hash of the TLS certificate that it shows as a server at present;
///   empty without TLS
/// @param clientCertificate the hash of the one that it shows as a client
public record GossipSelf(
    SigningIdentity identity,
    Supplier<Optional<ByteString>> serverCertificate,
    Optional<ByteString> clientCertificate) {}
