package io.denim.gateway;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// What a peer lends its gateway. All safe for use by any thread.
///
/// @param channels finds a channel of this peer by its id
/// @param isSystemChaincode whose functions every peer has
public record GatewayPorts(
    Function<String, Optional<GatewayChannel>> channels,
    LocalEndorser localEndorser,
    Membership membership,
    Dialer dialer,
    Predicate<String> isSystemChaincode) {}
