package io.denim.order;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ConfigProposals;
import io.denim.channelconfig.OrdererConfig;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.Identity;
import io.denim.identity.SignatureVerifier;
import io.denim.identity.SigningIdentity;
import io.denim.order.SubmittedMessage.Signed;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.Status;

/// The checks that an orderer makes of each message before it is ordered: size, expiry of its
/// creator's certificate, the channel's Writers policy; for a config update also its effect (fabric
/// v3.1.5 orderer/common/msgprocessor). Immutable; safe for use by any thread.
final class MessageProcessor {
  private final EnvelopeSigner signer;
  private final SignatureVerifier verifier;
  private final InstantSource clock;
  private final boolean expirationChecked;

  /// What a channel's consensus says of a change of the configuration.
  @FunctionalInterface
  interface ConfigRules {
    /// Why it cannot follow, if it cannot.
    Optional<String> problem(ChannelConfig current, ChannelConfig next);
  }

  MessageProcessor(
      SigningIdentity signer,
      SignatureVerifier verifier,
      InstantSource clock,
      boolean expirationChecked) {
    this.verifier = verifier;
    this.signer = new EnvelopeSigner(signer, clock);
    this.clock = clock;
    this.expirationChecked = expirationChecked;
  }

  /// Checks a message that changes no configuration.
  Verdict normal(ChannelConfig config, SubmittedMessage message) {
    if (orderer(config).consensus().maintenance()) {
      return new Verdict.Rejected(
          Status.SERVICE_UNAVAILABLE, "normal transactions are rejected: maintenance mode");
    }
    Optional<Verdict.Rejected> rejected = filter(config, message);
    return rejected.isPresent()
        ? rejected.get()
        : new Verdict.Passed(message.envelope(), config.sequence());
  }

  /// Checks a config update and makes the configuration that it leads to.
  ///
  /// @param rules the consensus' own
  Verdict configUpdate(ChannelConfig config, SubmittedMessage update, ConfigRules rules) {
    Optional<Verdict.Rejected> rejected = filter(config, update);
    if (rejected.isPresent()) {
      return rejected
          .get()
          .within("config update for existing channel did not pass initial checks");
    }
    return switch (ConfigProposals.propose(config, update.envelope(), verifier)) {
      case ConfigProposals.Outcome.Refused(String reason) -> notApplicable(config, reason);
      case ConfigProposals.Outcome.Acceptable(ConfigEnvelope made, ChannelConfig next) -> {
        Optional<String> problem = rules.problem(config, next);
        if (problem.isPresent()) {
          yield notApplicable(config, problem.get());
        }
        Verdict verdict = finalChecks(config, sign(config, made));
        if (verdict instanceof Verdict.Passed) {
          Optional<String> unfit = MaintenanceRules.problem(config, next, update.envelope());
          if (unfit.isPresent()) {
            yield new Verdict.Rejected(
                Status.BAD_REQUEST,
                "config update for existing channel did not pass maintenance checks: config"
                    + " transaction inspection failed: "
                    + unfit.get());
          }
        }
        yield verdict;
      }
    };
  }

  private static Verdict.Rejected notApplicable(ChannelConfig config, String reason) {
    return new Verdict.Rejected(
        Status.BAD_REQUEST,
        "error applying config update to existing channel '" + config.channelId() + "': " + reason);
  }

  /// Checks anew what was made under an older configuration.
  Verdict config(ChannelConfig config, Envelope made, ConfigRules rules) {
    try {
      Payload payload = Payload.parseFrom(made.getPayload());
      ConfigEnvelope envelope = ConfigEnvelope.parseFrom(payload.getData());
      return configUpdate(config, SubmittedMessage.of(envelope.getLastUpdate()), rules);
    } catch (InvalidProtocolBufferException e) {
      return new Verdict.Rejected(Status.BAD_REQUEST, "malformed config: " + e.getMessage());
    }
  }

  private Verdict finalChecks(ChannelConfig config, Envelope next) {
    SubmittedMessage made;
    try {
      made = SubmittedMessage.of(next);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message of this node's own making does not parse", e);
    }
    Optional<Verdict.Rejected> rejected = filter(config, made);
    if (rejected.isPresent()) {
      return rejected.get().within("config update for existing channel did not pass final checks");
    }
    return new Verdict.Passed(next, config.sequence());
  }

  private Optional<Verdict.Rejected> filter(ChannelConfig config, SubmittedMessage message) {
    if (message.envelope().getPayload().isEmpty()) {
      return rejected(Status.BAD_REQUEST, "empty message not allowed");
    }
    long size = BlockCutter.size(message.envelope());
    long most = orderer(config).batchSize().absoluteMaxBytes();
    if (size > most) {
      return rejected(
          Status.BAD_REQUEST,
          "message payload is " + size + " bytes and exceeds maximum allowed " + most + " bytes");
    }
    return switch (message.signed()) {
      case Signed.Unreadable(String reason) ->
          rejected(Status.BAD_REQUEST, "could not convert message to signedData: " + reason);
      case Signed.By(SignedData signed) ->
          expirationChecked && isExpired(signed)
              ? rejected(Status.BAD_REQUEST, "broadcast client identity expired")
              : checkPolicy(config, signed);
    };
  }

  private static Optional<Verdict.Rejected> checkPolicy(ChannelConfig config, SignedData signed) {
    String policy =
        orderer(config).consensus().maintenance() ? "/Channel/Orderer/Writers" : "/Channel/Writers";
    return switch (config.policies().policy(policy).evaluate(List.of(signed))) {
      case PolicyOutcome.Satisfied _ -> Optional.empty();
      case PolicyOutcome.Unsatisfied(String reason) ->
          rejected(Status.FORBIDDEN, reason + ": permission denied");
    };
  }

  /// Whoever's certificate it is: a channel's members are told apart only after (fabric v3.1.5
  /// orderer/common/msgprocessor/expiration.go).
  private boolean isExpired(SignedData signed) {
    return Identity.expiry(signed.identity())
        .filter(expiry -> !clock.instant().isBefore(expiry))
        .isPresent();
  }

  private Envelope sign(ChannelConfig config, ConfigEnvelope next) {
    return signer.envelope(
        HeaderType.CONFIG, config.channelId(), next.toByteString(), ByteString.EMPTY);
  }

  private static Optional<Verdict.Rejected> rejected(Status status, String reason) {
    return Optional.of(new Verdict.Rejected(status, reason));
  }

  private static OrdererConfig orderer(ChannelConfig config) {
    return config.orderer().orElseThrow();
  }
}
