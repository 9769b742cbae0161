package io.denim.policy;

import com.google.protobuf.ByteString;
import io.denim.identity.MspManager;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// Policies that name their signers: n-out-of gates over principals (fabric v3.1.5
/// common/cauthdsl).
@SuppressWarnings("DoNotCallSuggester")
public final class SignaturePolicies {
  private SignaturePolicies() {}

  /// Compiles a policy.
  ///
  /// @throws PolicyConfigException if a gate is empty or a principal's index is out of range
  public static Policy compile(SignaturePolicyEnvelope envelope, MspManager msps)
      throws PolicyConfigException {
    throw new UnsupportedOperationException();
  }

  /// Parses and compiles a serialized `SignaturePolicyEnvelope`, whose version must be 0.
  ///
  /// @throws PolicyConfigException if it does not parse, or as {@link #compile}
  public static Policy parse(ByteString envelope, MspManager msps) throws PolicyConfigException {
    throw new UnsupportedOperationException();
  }
}
