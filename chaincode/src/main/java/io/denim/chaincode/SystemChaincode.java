package io.denim.chaincode;

import com.google.protobuf.ByteString;
import io.denim.ledger.TransactionSimulator;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// A chaincode that is part of the peer and runs on its caller's thread. Safe for use by any
/// thread.
public interface SystemChaincode {
  String name();

  /// Errors are responses with status 500.
  Response invoke(Call call);

  /// One call.
  ///
  /// @param channelId empty outside of a channel
  /// @param arguments the function's name first
  /// @param simulator absent outside of a channel
  record Call(
      String channelId,
      String txId,
      List<ByteString> arguments,
      Optional<SignedProposal> signedProposal,
      Optional<TransactionSimulator> simulator) {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /// A response with status 200.
  static Response success(ByteString payload) {
    return Response.newBuilder().setStatus(200).setPayload(payload).build();
  }

  /// A response with status 500.
  static Response error(String message) {
    return Response.newBuilder().setStatus(500).setMessage(message).build();
  }
}
