package io.denim.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.MspManager;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// Policies that name their signers: n-out-of gates over principals.
///
/// Follows fabric v3.1.5 common/cauthdsl/policy.go.
public final class SignaturePolicies {
  private static final WireParser<SignaturePolicyEnvelope> ENVELOPE =
      WireParser.of(SignaturePolicyEnvelope.getDefaultInstance());

  private SignaturePolicies() {}

  /// Compiles a policy.
  ///
  /// @throws PolicyConfigException if a gate is empty or a principal's index is out of range
  public static Policy compile(SignaturePolicyEnvelope envelope, MspManager msps)
      throws PolicyConfigException {
    return compiled(envelope, msps);
  }

  /// Parses and compiles a serialized `SignaturePolicyEnvelope`, whose version must be 0.
  ///
  /// @throws PolicyConfigException if it does not parse, or as {@link #compile}
  public static Policy parse(ByteString envelope, MspManager msps) throws PolicyConfigException {
    return parsed(envelope, msps);
  }

  static ChannelPolicy parsed(ByteString bytes, MspManager msps) throws PolicyConfigException {
    SignaturePolicyEnvelope envelope;
    try {
      envelope = ENVELOPE.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new PolicyConfigException(
          "Error unmarshalling to SignaturePolicy: " + e.getMessage(), e);
    }
    if (envelope.getVersion() != 0) {
      throw new PolicyConfigException(
          "This evaluator only understands messages of version 0, but version was "
              + envelope.getVersion());
    }
    return compiled(envelope, msps);
  }

  private static ChannelPolicy compiled(SignaturePolicyEnvelope envelope, MspManager msps)
      throws PolicyConfigException {
    if (!envelope.hasRule()) {
      throw new PolicyConfigException("Empty policy element");
    }
    SignatureRule rule = SignatureRule.compile(envelope.getRule(), envelope.getIdentitiesList());
    return new Compiled(rule, envelope, msps);
  }

  private static final class Compiled extends ChannelPolicy {
    private final SignatureRule rule;
    private final SignaturePolicyEnvelope envelope;

    Compiled(SignatureRule rule, SignaturePolicyEnvelope envelope, MspManager msps) {
      super(msps);
      this.rule = rule;
      this.envelope = envelope;
    }

    @Override
    PolicyOutcome judge(Candidates candidates) {
      return rule.holdsAlone(candidates)
          ? PolicyOutcome.yes()
          : PolicyOutcome.no("signature set did not satisfy policy");
    }

    @Override
    SignaturePolicyEnvelope asSignaturePolicy() {
      return envelope;
    }
  }
}
