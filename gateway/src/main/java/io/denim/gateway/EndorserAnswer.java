package io.denim.gateway;

import io.denim.endorse.ProposalOutcome;
import io.denim.ledger.LedgerException;
import io.grpc.Status;
import io.grpc.Status.Code;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.Response;

/// What an endorser's answer means for the client's call.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/apiutils.go responseStatus.
sealed interface EndorserAnswer {
  /// A result.
  record Endorsed(ProposalResponse response) implements EndorserAnswer {}

  /// No result.
  ///
  /// @param message for the client
  /// @param retry whether another peer might do better
  /// @param unreachable whether the connection is to be made anew
  record Failed(Code code, String message, boolean retry, boolean unreachable)
      implements EndorserAnswer {}

  int FIRST_SUCCESS = 200;
  int FIRST_ERROR = 400;
  int SERVER_ERROR = 500;

  /// This peer's own answer.
  static EndorserAnswer of(ProposalOutcome outcome) {
    return switch (outcome) {
      case ProposalOutcome.Responded(ProposalResponse response) -> of(response);
      case ProposalOutcome.Refused(String reason) ->
          new Failed(Code.FAILED_PRECONDITION, reason, false, false);
      case ProposalOutcome.NotNow(String reason) ->
          new Failed(Code.UNAVAILABLE, reason, true, false);
    };
  }

  /// No answer from another peer.
  static EndorserAnswer unavailable(Status status) {
    return new Failed(Code.UNAVAILABLE, RpcErrors.text(status), true, true);
  }

  /// This peer could not ask, or not answer itself; another may.
  static EndorserAnswer broken(Throwable cause) {
    String reason = cause instanceof LedgerException ? ": " + cause.getMessage() : "";
    return new Failed(Code.ABORTED, "the peer failed, its log says how" + reason, true, false);
  }

  /// Another peer's answer.
  static EndorserAnswer of(ProposalResponse answer) {
    Response response = answer.getResponse();
    int status = response.getStatus();
    if (status >= FIRST_SUCCESS && status < FIRST_ERROR) {
      return new Endorsed(answer);
    }
    if (answer.getPayload().isEmpty() && status == SERVER_ERROR) {
      // Made by the peer, not by the chaincode.
      boolean crashed = response.getMessage().endsWith("chaincode stream terminated");
      return new Failed(Code.ABORTED, response.getMessage(), true, crashed);
    }
    return new Failed(
        Code.UNKNOWN, "chaincode response " + status + ", " + response.getMessage(), false, false);
  }
}
