package io.denim.endorse;

import com.google.protobuf.Timestamp;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.MspManager;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Whether a proposal is of the present: its timestamp near the peer's time, its creator's
/// certificate not expired (fabric v3.1.5 core/handlers/auth/filter/{timewindow,expiration}.go).
///
/// @param window how far the timestamp may lie from the peer's time, either way
public record ProposalFreshness(InstantSource clock, Duration window) {
  /// Why it is not, empty if it is.
  Optional<String> problem(UnpackedProposal proposal, MspManager msps) {
    Instant now = clock.instant();
    if (msps.deserialize(proposal.signatureHeader().getCreator())
            instanceof IdentityOutcome.Accepted(Identity creator)
        && now.isAfter(creator.notAfter())) {
      return Optional.of("proposal client identity expired");
    }
    Timestamp stamp = proposal.channelHeader().getTimestamp();
    Instant time;
    try {
      time = Instant.ofEpochSecond(stamp.getSeconds(), stamp.getNanos());
      if (!time.plus(window).isBefore(now) && !time.minus(window).isAfter(now)) {
        return Optional.empty();
      }
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.of("request unauthorized due to incorrect timestamp");
    }
    return Optional.of(
        "request unauthorized due to incorrect timestamp "
            + time.truncatedTo(ChronoUnit.SECONDS)
            + ", peer time "
            + now.truncatedTo(ChronoUnit.SECONDS)
            + ", peer.authentication.timewindow "
            + window.toSeconds()
            + "s");
  }
}
