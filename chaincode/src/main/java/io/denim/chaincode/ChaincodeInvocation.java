package io.denim.chaincode;

import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// What is asked of a chaincode.
///
/// @param channelId empty outside of a channel
/// @param chaincode the name only, without version
/// @param input arguments, `is_init` and decorations, as they reach the chaincode
/// @param signedProposal what the client signed; the chaincode sees it, and access checks need it
public record ChaincodeInvocation(
    String channelId,
    String txId,
    String chaincode,
    ChaincodeInput input,
    Optional<SignedProposal> signedProposal) {}
