package io.denim.chaincode;

import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.Response;

/// How an invocation ended.
public sealed interface ChaincodeOutcome {
  /// The chaincode answered; the status may still be its own error.
  ///
  /// @param event named and filled in with chaincode and transaction id, absent where none was set
  record Responded(Response response, Optional<ChaincodeEvent> event) implements ChaincodeOutcome {}

  /// No answer can be endorsed: refused, not started, died, too late, or broke the protocol.
  ///
  /// @param reason Fabric's text, for the client (fabric v3.1.5
  ///   core/chaincode/chaincode_support.go)
  record Failed(String reason) implements ChaincodeOutcome {}
}
