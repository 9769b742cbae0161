package io.denim.order;

import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Status;

/// What the checks say of a message.
public sealed interface Verdict {
  /// @param message what is to be ordered: the message itself, or the configuration that a config
  ///   update leads to
  /// @param configSequence of the configuration that it was checked under
  record Passed(Envelope message, long configSequence) implements Verdict {}

  /// @param reason goes to the client
  record Rejected(Status status, String reason) implements Verdict {
    Rejected within(String context) {
      return new Rejected(status, context + ": " + reason);
    }
  }
}
