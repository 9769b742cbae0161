package io.denim.deliver;

import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.IdentityOutcome;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One reader's right to a channel: decided at first, again whenever the configuration changed, and
/// ended by the expiry of its certificate (fabric v3.1.5 common/deliver/acl.go). Used by one
/// thread.
final class SessionAccess {
  private final DeliverChannel channel;
  private final DeliverAccess access;
  private final SignedData request;
  private final InstantSource clock;
  private final Instant end;
  private @Nullable ChannelConfig decidedUnder;

  SessionAccess(
      DeliverChannel channel, DeliverAccess access, SignedData request, InstantSource clock) {
    this.channel = channel;
    this.access = access;
    this.request = request;
    this.clock = clock;
    this.end =
        switch (channel.config().msps().identity(request.identity())) {
          case IdentityOutcome.Accepted(var identity) -> identity.notAfter();
          case IdentityOutcome.Refused _ -> Instant.MAX;
        };
  }

  /// Why the reader may not read on, empty if it may.
  Optional<String> refusal() {
    if (clock.instant().isAfter(end)) {
      return Optional.of("deliver client identity expired at " + end);
    }
    ChannelConfig config = channel.config();
    if (config == decidedUnder) {
      return Optional.empty();
    }
    return switch (access.check(config, request)) {
      case PolicyOutcome.Satisfied _ -> {
        decidedUnder = config;
        yield Optional.empty();
      }
      case PolicyOutcome.Unsatisfied(String reason) -> Optional.of(reason);
    };
  }
}
