package io.denim.chaincode;

import io.denim.ledger.TransactionSimulator;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// What running chaincode needs to know of this peer's channels. Answered by `peer`.
public interface ChaincodeChannels {
  /// A simulator of another channel, for reads only; empty if this peer has not joined it.
  Optional<TransactionSimulator> simulator(String channelId, String txId);

  /// Empty if this peer has not joined the channel or it has no application section.
  Optional<Features> features(String channelId);

  /// Why the proposal's creator may not call chaincode on that channel from chaincode; empty if it
  /// may (resource `peer/ChaincodeToChaincode`).
  Optional<String> chaincodeCallRefusal(String channelId, SignedProposal proposal);

  /// What a channel's application capabilities allow chaincodes.
  record Features(boolean keyLevelEndorsement, boolean purgePrivateData) {}
}
