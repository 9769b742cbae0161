package io.denim.policy;

import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// The text form of signature policies, such as `OR('Org1MSP.member', 'Org2MSP.peer')` (fabric
/// v3.1.5 common/policydsl).
@SuppressWarnings("DoNotCallSuggester")
public final class PolicyLanguage {
  private PolicyLanguage() {}

  /// Reads a policy.
  ///
  /// @throws PolicyConfigException if the text is not a policy
  public static SignaturePolicyEnvelope parse(String text) throws PolicyConfigException {
    throw new UnsupportedOperationException();
  }

  /// Writes a policy so that {@link #parse} reads it again; a principal without text form is
  /// written in angle brackets.
  public static String print(SignaturePolicyEnvelope policy) {
    throw new UnsupportedOperationException();
  }
}
