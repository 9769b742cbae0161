package io.denim.cli;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.EnvelopeSigner;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.CommitStatusResponse;
import org.hyperledger.fabric.protos.gateway.EndorseRequest;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;
import org.hyperledger.fabric.protos.gateway.EvaluateRequest;
import org.hyperledger.fabric.protos.gateway.GatewayGrpc;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.SubmitRequest;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Calls chaincode through a peer's gateway, which finds the endorsers itself. Safe for use by any
/// thread.
public final class GatewayClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final EnvelopeSigner signer;
  private final Duration patience;

  /// @param address `host:port` of the peer
  /// @param patience for each step
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public GatewayClient(
      String address, Optional<ClientTls> tls, EnvelopeSigner signer, Duration patience)
      throws TlsConfigurationException {
    this.channel = GrpcClient.channel(address, tls);
    this.signer = signer;
    this.patience = patience;
  }

  /// A transaction that is committed and valid.
  ///
  /// @param result what the chaincode answered
  public record Committed(String txId, long blockNumber, ByteString result) {}

  /// Executes without a transaction.
  ///
  /// @return what the chaincode answered
  /// @throws ClientException with what every peer that was asked said
  public ByteString evaluate(TransactionProposal.Call call) throws ClientException {
    TransactionProposal proposal = TransactionProposal.of(call, signer);
    try {
      return stub()
          .evaluate(
              EvaluateRequest.newBuilder()
                  .setTransactionId(proposal.txId())
                  .setChannelId(call.channelId())
                  .setProposedTransaction(proposal.signed())
                  .build())
          .getResult()
          .getPayload();
    } catch (StatusRuntimeException e) {
      throw explained("evaluating " + call.chaincode() + " failed", e);
    }
  }

  /// Endorses, orders, and waits for the commit.
  ///
  /// @throws ClientException if any step fails, or the transaction is not valid
  public Committed submit(TransactionProposal.Call call) throws ClientException {
    TransactionProposal proposal = TransactionProposal.of(call, signer);
    try {
      Envelope prepared =
          stub()
              .endorse(
                  EndorseRequest.newBuilder()
                      .setTransactionId(proposal.txId())
                      .setChannelId(call.channelId())
                      .setProposedTransaction(proposal.signed())
                      .build())
              .getPreparedTransaction();
      stub()
          .submit(
              SubmitRequest.newBuilder()
                  .setTransactionId(proposal.txId())
                  .setChannelId(call.channelId())
                  .setPreparedTransaction(
                      prepared.toBuilder()
                          .setSignature(signer.identity().sign(prepared.getPayload())))
                  .build());
      CommitStatusResponse status = stub().commitStatus(statusRequest(call, proposal.txId()));
      if (status.getResult() != TxValidationCode.VALID) {
        throw new ClientException(
            "transaction " + proposal.txId() + " is not valid: " + status.getResult());
      }
      return new Committed(
          proposal.txId(), status.getBlockNumber(), TransactionResults.of(prepared));
    } catch (StatusRuntimeException e) {
      throw explained("submitting to " + call.chaincode() + " failed", e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private SignedCommitStatusRequest statusRequest(TransactionProposal.Call call, String txId) {
    ByteString request =
        CommitStatusRequest.newBuilder()
            .setTransactionId(txId)
            .setChannelId(call.channelId())
            .setIdentity(signer.identity().serialized())
            .build()
            .toByteString();
    return SignedCommitStatusRequest.newBuilder()
        .setRequest(request)
        .setSignature(signer.identity().sign(request))
        .build();
  }

  private GatewayGrpc.GatewayBlockingStub stub() {
    return GatewayGrpc.newBlockingStub(channel)
        .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)
        .withWaitForReady();
  }

  private static ClientException explained(String what, StatusRuntimeException e) {
    StringBuilder text =
        new StringBuilder(what).append(": ").append(e.getStatus().getDescription());
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    if (status != null) {
      for (Any detail : status.getDetailsList()) {
        try {
          ErrorDetail each = detail.unpack(ErrorDetail.class);
          text.append("\n  ")
              .append(each.getAddress())
              .append(" (")
              .append(each.getMspId())
              .append("): ")
              .append(each.getMessage());
        } catch (InvalidProtocolBufferException unreadable) {
          text.append("\n  (a detail of another kind)");
        }
      }
    }
    return new ClientException(text.toString(), e);
  }
}
