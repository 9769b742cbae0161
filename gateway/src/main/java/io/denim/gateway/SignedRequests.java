package io.denim.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.Resources;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import io.grpc.Status.Code;
import java.util.Optional;
import java.util.function.Function;
import org.hyperledger.fabric.protos.gateway.ChaincodeEventsRequest;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.SignedChaincodeEventsRequest;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;

/// Takes apart the requests that clients sign as a whole, and lets through those whose signer the
/// channel's ACL allows. Safe for use by any thread.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/api.go.
final class SignedRequests {
  private final Function<String, Optional<GatewayChannel>> channels;

  SignedRequests(Function<String, Optional<GatewayChannel>> channels) {
    this.channels = channels;
  }

  /// A request that may be served.
  record Permitted<T>(GatewayChannel channel, T request) {}

  /// @throws io.grpc.StatusRuntimeException for the client
  Permitted<CommitStatusRequest> commitStatus(SignedCommitStatusRequest signed) {
    if (signed.getRequest().isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "a commit status request is required");
    }
    CommitStatusRequest request;
    try {
      request = CommitStatusRequest.parseFrom(signed.getRequest());
    } catch (InvalidProtocolBufferException e) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "invalid status request: " + e.getMessage());
    }
    if (request.getIdentity().isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "no identity provided");
    }
    if (request.getChannelId().isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "no channel ID provided");
    }
    if (request.getTransactionId().isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "transaction ID should not be empty");
    }
    SignedData data =
        new SignedData(signed.getRequest(), request.getIdentity(), signed.getSignature());
    return new Permitted<>(
        permitted(request.getChannelId(), Resources.GATEWAY_COMMIT_STATUS, data), request);
  }

  /// @throws io.grpc.StatusRuntimeException for the client
  Permitted<ChaincodeEventsRequest> events(SignedChaincodeEventsRequest signed) {
    ByteString bytes = signed.getRequest();
    if (bytes.isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "a chaincode events request is required");
    }
    ChaincodeEventsRequest request;
    try {
      request = ChaincodeEventsRequest.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw RpcErrors.of(
          Code.INVALID_ARGUMENT, "invalid chaincode events request: " + e.getMessage());
    }
    SignedData data = new SignedData(bytes, request.getIdentity(), signed.getSignature());
    return new Permitted<>(
        permitted(request.getChannelId(), Resources.GATEWAY_CHAINCODE_EVENTS, data), request);
  }

  /// The channel, if the signer may use the resource.
  private GatewayChannel permitted(String channelId, String resource, SignedData signed) {
    Optional<GatewayChannel> channel = channels.apply(channelId);
    if (channel.isEmpty()) {
      throw RpcErrors.of(
          Code.PERMISSION_DENIED, "Failed to get policy manager for channel [" + channelId + "]");
    }
    return switch (channel.get().config().check(resource, signed)) {
      case PolicyOutcome.Satisfied() -> channel.get();
      case PolicyOutcome.Unsatisfied(String reason) ->
          throw RpcErrors.of(Code.PERMISSION_DENIED, reason);
    };
  }
}
