package io.denim.channelconfig;

import io.denim.identity.SignatureVerifier;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;

/// The whole way of a config update through an orderer, short of what its consensus says about its
/// own metadata (fabric v3.1.5 orderer/common/multichannel/chainsupport.go, ProposeConfigUpdate).
public final class ConfigProposals {
  private ConfigProposals() {}

  /// What an orderer makes of an update.
  public sealed interface Outcome {
    /// The update may be ordered.
    ///
    /// @param envelope what goes into the config block
    /// @param next the configuration that it brings into force
    record Acceptable(ConfigEnvelope envelope, ChannelConfig next) implements Outcome {}

    /// It may not.
    ///
    /// @param reason in upstream's words
    record Refused(String reason) implements Outcome {}
  }

  /// Applies an update to a channel: authorization, the resulting configuration's own checks,
  /// capabilities, and what no update may change.
  public static Outcome propose(
      ChannelConfig current, Envelope update, SignatureVerifier verifier) {
    return switch (ConfigUpdates.propose(current, update)) {
      case ConfigUpdateOutcome.Refused(String reason) -> new Outcome.Refused(reason);
      case ConfigUpdateOutcome.Authorized(ConfigEnvelope envelope) ->
          check(current, envelope, verifier);
    };
  }

  /// Why an orderer must not serve a channel with this configuration, if it must not.
  public static Optional<String> ordererProblem(ChannelConfig config) {
    if (config.orderer().isEmpty()) {
      return Optional.of("config does not contain orderer config");
    }
    return config
        .capabilities()
        .unsupportedOrderer()
        .map(ConfigProposals::unsupportedOrderer)
        .or(() -> config.capabilities().unsupportedChannel().map(ConfigProposals::unsupported));
  }

  private static Outcome check(
      ChannelConfig current, ConfigEnvelope envelope, SignatureVerifier verifier) {
    ChannelConfig next;
    try {
      next = ChannelConfig.of(current.channelId(), envelope.getConfig(), verifier);
    } catch (ChannelConfigException e) {
      return new Outcome.Refused(String.valueOf(e.getMessage()));
    }
    Optional<String> problem =
        ordererProblem(next)
            .map(text -> "config update is not compatible: " + text)
            .or(() -> ConfigTransitions.problem(current, next));
    return problem.isPresent()
        ? new Outcome.Refused(problem.get())
        : new Outcome.Acceptable(envelope, next);
  }

  private static String unsupportedOrderer(String capability) {
    return "config requires unsupported orderer capabilities: " + capability + ": " + capability;
  }

  private static String unsupported(String capability) {
    return "config requires unsupported channel capabilities: " + capability + ": " + capability;
  }
}
