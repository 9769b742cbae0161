package io.denim.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.Resources;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.Msp;
import io.denim.identity.MspManager;
import io.denim.identity.PrincipalMatch;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// Whether a proposal's creator may use a resource: by the channel's ACLs, or for resources of the
/// peer itself by its own MSP (fabric v3.1.5 core/aclmgmt, core/policy/policy.go). Immutable.
///
/// @param localMsp the peer's own
record ProposalAccess(Msp localMsp, MspManager local) {
  /// Why the creator may not, empty if it may.
  ///
  /// @param config absent where this peer has not joined the channel
  /// @param channelId empty for the peer itself
  Optional<String> refusal(
      String resource,
      Optional<ChannelConfig> config,
      String channelId,
      Optional<SignedProposal> proposal) {
    Optional<SignedData> signed = proposal.flatMap(ProposalAccess::signedData);
    if (signed.isEmpty()) {
      return Optional.of("access to " + resource + " denied: there is no signed proposal");
    }
    Optional<Resources.LocalPolicy> localPolicy = Resources.localPolicy(resource);
    if (localPolicy.isPresent()) {
      return localRefusal(localPolicy.get(), signed.get());
    }
    if (config.isEmpty()) {
      return Optional.of("channel '" + channelId + "' not found");
    }
    return switch (config.get().check(resource, signed.get())) {
      case PolicyOutcome.Satisfied _ -> Optional.empty();
      case PolicyOutcome.Unsatisfied(String reason) -> Optional.of(reason);
    };
  }

  /// Why a signer may not use a resource of the peer itself, empty if it may.
  Optional<String> localRefusal(String resource, SignedData signed) {
    return Resources.localPolicy(resource)
        .map(required -> localRefusal(required, signed))
        .orElseGet(() -> Optional.of("no policy found for [" + resource + "]"));
  }

  private Optional<String> localRefusal(Resources.LocalPolicy required, SignedData signed) {
    String policy =
        switch (required) {
          case ADMINS -> "Admins";
          case MEMBERS -> "Members";
        };
    return switch (local.identity(signed.identity())) {
      case IdentityOutcome.Refused(var _, String reason) ->
          Optional.of(
              "Failed deserializing proposal creator during channelless check policy with policy ["
                  + policy
                  + "]: ["
                  + reason
                  + "]");
      case IdentityOutcome.Accepted(Identity creator) ->
          localRefusal(required, policy, creator, signed);
    };
  }

  private Optional<String> localRefusal(
      Resources.LocalPolicy required, String policy, Identity creator, SignedData signed) {
    MSPRole.MSPRoleType role =
        switch (required) {
          case ADMINS -> MSPRole.MSPRoleType.ADMIN;
          case MEMBERS -> MSPRole.MSPRoleType.MEMBER;
        };
    MSPPrincipal principal =
        MSPPrincipal.newBuilder()
            .setPrincipalClassification(MSPPrincipal.Classification.ROLE)
            .setPrincipal(
                MSPRole.newBuilder()
                    .setMspIdentifier(localMsp.mspId())
                    .setRole(role)
                    .build()
                    .toByteString())
            .build();
    if (creator.satisfies(principal) instanceof PrincipalMatch.Differs(String reason)) {
      return Optional.of(
          "Failed verifying that proposal's creator satisfies local MSP principal during"
              + " channelless check policy with policy ["
              + policy
              + "]: ["
              + reason
              + "]");
    }
    return creator.verify(signed.data(), signed.signature())
        ? Optional.empty()
        : Optional.of("the proposal's signature is not valid");
  }

  private static Optional<SignedData> signedData(SignedProposal proposal) {
    try {
      Header header = Header.parseFrom(Proposal.parseFrom(proposal.getProposalBytes()).getHeader());
      SignatureHeader signature = SignatureHeader.parseFrom(header.getSignatureHeader());
      return Optional.of(
          new SignedData(
              proposal.getProposalBytes(), signature.getCreator(), proposal.getSignature()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
