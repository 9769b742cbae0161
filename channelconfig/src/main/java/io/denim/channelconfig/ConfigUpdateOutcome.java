package io.denim.channelconfig;

import org.hyperledger.fabric.protos.common.ConfigEnvelope;

/// What became of a proposed change of a channel's configuration.
public sealed interface ConfigUpdateOutcome {
  /// The change is authorized.
  ///
  /// @param envelope the configuration that results, with the update that led to it
  record Authorized(ConfigEnvelope envelope) implements ConfigUpdateOutcome {}

  /// It is not.
  ///
  /// @param reason in upstream's words
  record Refused(String reason) implements ConfigUpdateOutcome {}
}
