package io.denim.endorse;

import io.denim.channelconfig.Resources;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.MspManager;
import io.denim.policy.PolicyOutcome;
import io.denim.wire.TransactionId;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is checked of a proposal before a chaincode sees it: form, creator, signature, that its
/// transaction id is new, and the right to propose (fabric v3.1.5 core/endorser/msgvalidation.go,
/// endorser.go).
final class ProposalChecks {
  private static final Logger LOG = LoggerFactory.getLogger(ProposalChecks.class);

  private ProposalChecks() {}

  /// Checks a proposal's form, creator and signature.
  ///
  /// @return why it is refused, empty if it is not
  static Optional<String> form(UnpackedProposal proposal, MspManager msps) {
    return problem(proposal, msps).map(reason -> "error validating proposal: " + reason);
  }

  /// Checks that a proposal's transaction is not in the channel yet.
  ///
  /// @return why it is refused, empty if it is not
  static Optional<String> repeated(UnpackedProposal proposal, EndorsementChannel channel) {
    if (channel.hasTransaction(proposal.txId())) {
      return Optional.of(
          "duplicate transaction found ["
              + proposal.txId()
              + "]. Creator ["
              + Hex.of(proposal.signatureHeader().getCreator())
              + "]");
    }
    return Optional.empty();
  }

  /// Checks that a proposal's creator may have it executed.
  ///
  /// @param isSystemChaincode system chaincodes check access themselves
  /// @return why it is refused, empty if it is not
  static Optional<String> access(
      UnpackedProposal proposal, EndorsementChannel channel, boolean isSystemChaincode) {
    if (isSystemChaincode) {
      return Optional.empty();
    }
    return switch (channel.config().check(Resources.PEER_PROPOSE, proposal.signedData())) {
      case PolicyOutcome.Satisfied _ -> Optional.empty();
      case PolicyOutcome.Unsatisfied(String reason) -> Optional.of(reason);
    };
  }

  private static Optional<String> problem(UnpackedProposal proposal, MspManager msps) {
    int type = proposal.channelHeader().getType();
    if (type != HeaderType.ENDORSER_TRANSACTION_VALUE && type != HeaderType.CONFIG_VALUE) {
      HeaderType known = HeaderType.forNumber(type);
      return Optional.of("invalid header type " + (known == null ? type : known.name()));
    }
    if (proposal.channelHeader().getEpoch() != 0) {
      return Optional.of("epoch is non-zero");
    }
    var header = proposal.signatureHeader();
    if (header.getNonce().isEmpty()) {
      return Optional.of("nonce is empty");
    }
    if (header.getCreator().isEmpty()) {
      return Optional.of("creator is empty");
    }
    String expected = TransactionId.of(header.getNonce(), header.getCreator());
    if (!proposal.txId().equals(expected)) {
      return Optional.of(
          "incorrectly computed txid '" + proposal.txId() + "' -- expected '" + expected + "'");
    }
    if (proposal.signedProposal().getSignature().isEmpty()) {
      return Optional.of("empty signature bytes");
    }
    return creatorProblem(proposal, msps);
  }

  private static Optional<String> creatorProblem(UnpackedProposal proposal, MspManager msps) {
    return switch (msps.deserialize(proposal.signatureHeader().getCreator())) {
      case IdentityOutcome.Refused(var _, String reason) -> {
        LOG.warn("Access to channel [{}] denied: {}", proposal.channelId(), reason);
        yield Optional.of(
            "access denied: channel ["
                + proposal.channelId()
                + "] creator org unknown, creator is malformed");
      }
      case IdentityOutcome.Accepted(Identity creator) -> signatureProblem(proposal, creator);
    };
  }

  private static Optional<String> signatureProblem(UnpackedProposal proposal, Identity creator) {
    String denied =
        "access denied: channel ["
            + proposal.channelId()
            + "] creator org ["
            + creator.mspId()
            + "]";
    if (creator.validity() instanceof Identity.Validity.Invalid(String reason)) {
      LOG.warn("{}: identity is not valid: {}", denied, reason);
      return Optional.of(denied);
    }
    var signed = proposal.signedProposal();
    if (!creator.verify(signed.getProposalBytes(), signed.getSignature())) {
      LOG.warn("{}: creator's signature over the proposal is not valid", denied);
      return Optional.of(denied);
    }
    return Optional.empty();
  }
}
