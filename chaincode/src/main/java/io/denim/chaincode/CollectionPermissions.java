package io.denim.chaincode;

import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// Tells what the creator of a proposal may do with a collection. Answered by `lifecycle`.
public interface CollectionPermissions {
  /// @throws SimulationException if the collection is not defined or its policy cannot be evaluated
  Permission permission(
      String channelId,
      String chaincode,
      String collection,
      Optional<SignedProposal> proposal,
      QueryExecutor state)
      throws SimulationException;

  record Permission(boolean read, boolean write) {}
}
