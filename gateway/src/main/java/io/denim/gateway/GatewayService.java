package io.denim.gateway;

import io.denim.channelconfig.ConsensusType;
import io.denim.channelconfig.OrdererConfig;
import io.denim.identity.Identity;
import io.denim.ledger.TransactionStatus;
import io.denim.wire.OutboundStream;
import io.grpc.Context;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.gateway.ChaincodeEventsRequest;
import org.hyperledger.fabric.protos.gateway.ChaincodeEventsResponse;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.CommitStatusResponse;
import org.hyperledger.fabric.protos.gateway.EndorseRequest;
import org.hyperledger.fabric.protos.gateway.EndorseResponse;
import org.hyperledger.fabric.protos.gateway.EvaluateRequest;
import org.hyperledger.fabric.protos.gateway.EvaluateResponse;
import org.hyperledger.fabric.protos.gateway.GatewayGrpc;
import org.hyperledger.fabric.protos.gateway.SignedChaincodeEventsRequest;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.SubmitRequest;
import org.hyperledger.fabric.protos.gateway.SubmitResponse;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `gateway.Gateway`: what client applications talk to. Calls wait on their own virtual threads; a
/// client that goes or whose deadline passes ends the work for it. How many calls there may be at
/// once is for {@link io.denim.wire.ConcurrencyLimit}.
///
/// Follows fabric v3.1.5 internal/pkg/gateway.
public final class GatewayService extends GatewayGrpc.GatewayImplBase implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayService.class);

  /// How long a query waits for blocks that have come and are not yet committed.
  private static final Duration PATIENCE_FOR_COMMITS = Duration.ofMillis(250);

  private final Peers peers;
  private final GatewayPorts ports;
  private final CommitNotifier commits;
  private final GatewaySettings settings;
  private final NodeConnections connections;
  private final SignedRequests signedRequests;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /// @param self this peer's own identity
  public GatewayService(
      Identity self, GatewayPorts ports, CommitNotifier commits, GatewaySettings settings) {
    this.ports = ports;
    this.commits = commits;
    this.settings = settings;
    this.connections = new NodeConnections(ports.dialer());
    this.signedRequests = new SignedRequests(ports.channels());
    this.peers =
        new Peers(
            self.serialized(),
            self.mspId(),
            ports.localEndorser(),
            ports.membership(),
            connections,
            ports.isSystemChaincode());
  }

  @Override
  public void close() {
    executor.shutdownNow();
    connections.close();
  }

  /// The body of a unary call.
  private interface Answering<T> {
    T answer();
  }

  private static <T> void respond(StreamObserver<T> response, Answering<T> call) {
    try {
      response.onNext(call.answer());
      response.onCompleted();
    } catch (StatusRuntimeException e) {
      response.onError(e);
    } catch (RuntimeException e) {
      LOG.error("A gateway call failed by a mistake of this peer", e);
      response.onError(RpcErrors.of(Code.INTERNAL, "internal error, the peer's log says more"));
    }
  }

  @Override
  public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> response) {
    respond(response, () -> evaluate(request));
  }

  private EvaluateResponse evaluate(EvaluateRequest request) {
    ProposalContents proposal = evaluated(request.getProposedTransaction());
    EndorserSelection selection =
        selection(proposal)
            .orElseThrow(() -> RpcErrors.of(Code.UNAVAILABLE, noConfig(proposal.channelId())));
    awaitReceived(proposal.channelId());
    Evaluation evaluation =
        new Evaluation(
            peers, settings.endorsementTimeout(), executor, request, proposal, selection);
    return EvaluateResponse.newBuilder().setResult(evaluation.run()).build();
  }

  /// Somebody who has heard of a commit from another peer, and asks this one now, should see it:
  /// the block has usually come here at the same time, and is being committed.
  private void awaitReceived(String channelId) {
    Optional<GatewayChannel> channel = ports.channels().apply(channelId);
    if (channel.isPresent()) {
      try {
        channel.get().awaitReceived(PATIENCE_FOR_COMMITS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static ProposalContents evaluated(SignedProposal signed) {
    String unpack = "failed to unpack transaction proposal: ";
    if (signed.getProposalBytes().isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, unpack + "a signed proposal is required");
    }
    ProposalContents proposal = contents(signed, unpack);
    if (proposal.channelId().isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, unpack + "no channel id provided");
    }
    if (proposal.chaincode().isEmpty()) {
      throw RpcErrors.of(
          Code.INVALID_ARGUMENT,
          unpack + "no chaincode name is provided, channel id [" + proposal.channelId() + "]");
    }
    return proposal;
  }

  private static ProposalContents contents(SignedProposal signed, String prefix) {
    try {
      return ProposalContents.of(signed);
    } catch (ProposalContents.MalformedException e) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, prefix + e.getMessage());
    }
  }

  private Optional<EndorserSelection> selection(ProposalContents proposal) {
    return peers.selection(ports.channels().apply(proposal.channelId()));
  }

  private static String noConfig(String channelId) {
    return "failed to get config for channel ["
        + channelId
        + "]: could not get last config for channel "
        + channelId;
  }

  @Override
  public void endorse(EndorseRequest request, StreamObserver<EndorseResponse> response) {
    respond(response, () -> endorse(request));
  }

  private EndorseResponse endorse(EndorseRequest request) {
    SignedProposal signed = request.getProposedTransaction();
    if (signed.getProposalBytes().isEmpty()) {
      throw RpcErrors.of(
          Code.INVALID_ARGUMENT, "the proposed transaction must contain a signed proposal");
    }
    ProposalContents proposal = contents(signed, "");
    EndorsementPlan plan =
        new Endorsement(
                peers,
                settings.endorsementTimeout(),
                executor,
                request,
                proposal,
                () -> selection(proposal).orElseThrow(() -> noEndorsers(request, proposal)))
            .collect();
    ChaincodeEndorsedAction action =
        ChaincodeEndorsedAction.newBuilder()
            .setProposalResponsePayload(plan.payload())
            .addAllEndorsements(plan.endorsements())
            .build();
    return EndorseResponse.newBuilder()
        .setPreparedTransaction(proposal.transaction(action))
        .build();
  }

  /// What Fabric says for a channel that this peer is not in.
  private static StatusRuntimeException noEndorsers(
      EndorseRequest request, ProposalContents proposal) {
    if (request.getEndorsingOrganizationsCount() > 0) {
      return RpcErrors.of(
          Code.UNAVAILABLE,
          "failed to find any endorsing peers for org(s): "
              + String.join(", ", request.getEndorsingOrganizationsList()));
    }
    return RpcErrors.of(
        Code.FAILED_PRECONDITION,
        "no combination of peers can be derived which satisfy the endorsement policy: No metadata"
            + " was found for chaincode "
            + proposal.chaincode()
            + " in channel "
            + proposal.channelId());
  }

  @Override
  public void submit(SubmitRequest request, StreamObserver<SubmitResponse> response) {
    respond(response, () -> submit(request));
  }

  private SubmitResponse submit(SubmitRequest request) {
    if (!request.hasPreparedTransaction()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "a prepared transaction is required");
    }
    Envelope transaction = request.getPreparedTransaction();
    if (transaction.getSignature().isEmpty()) {
      throw RpcErrors.of(Code.INVALID_ARGUMENT, "prepared transaction must be signed");
    }
    GatewayChannel channel =
        ports
            .channels()
            .apply(request.getChannelId())
            .orElseThrow(
                () -> RpcErrors.of(Code.FAILED_PRECONDITION, noConfig(request.getChannelId())));
    List<OrdererTargets.Target> orderers = OrdererTargets.of(channel.config());
    if (orderers.isEmpty()) {
      throw RpcErrors.of(Code.UNAVAILABLE, "no orderer nodes available");
    }
    Submission submission =
        new Submission(connections, settings.broadcastTimeout(), orderers, transaction);
    OrdererConfig ordering = channel.config().orderer().orElseThrow();
    if (ordering.consensus().type().equals(ConsensusType.BFT)) {
      submission.toQuorum();
    } else {
      submission.toOne();
    }
    return SubmitResponse.getDefaultInstance();
  }

  @Override
  public void commitStatus(
      SignedCommitStatusRequest request, StreamObserver<CommitStatusResponse> response) {
    respond(response, () -> commitStatus(request));
  }

  private CommitStatusResponse commitStatus(SignedCommitStatusRequest signed) {
    SignedRequests.Permitted<CommitStatusRequest> permitted = signedRequests.commitStatus(signed);
    CommitStatusRequest request = permitted.request();
    TransactionStatus status =
        status(permitted.channel(), request.getChannelId(), request.getTransactionId());
    return CommitStatusResponse.newBuilder()
        .setResult(status.code())
        .setBlockNumber(status.blockNumber())
        .build();
  }

  private TransactionStatus status(GatewayChannel channel, String channelId, String txId) {
    Context context = Context.current();
    try (CommitNotifier.Waiting waiting = commits.waiting(channelId, txId, context)) {
      return channel
          .transactionStatus(txId)
          .or(waiting.statuses()::take)
          .orElseThrow(() -> ended(context));
    }
  }

  private static StatusRuntimeException ended(Context context) {
    boolean expired = context.cancellationCause() instanceof TimeoutException;
    return expired
        ? RpcErrors.of(Code.DEADLINE_EXCEEDED, "context deadline exceeded")
        : RpcErrors.of(Code.CANCELLED, "context canceled");
  }

  @Override
  public void chaincodeEvents(
      SignedChaincodeEventsRequest signed, StreamObserver<ChaincodeEventsResponse> response) {
    OutboundStream<ChaincodeEventsResponse> out =
        new OutboundStream<>((ServerCallStreamObserver<ChaincodeEventsResponse>) response);
    try {
      SignedRequests.Permitted<ChaincodeEventsRequest> permitted = signedRequests.events(signed);
      EventStream stream = new EventStream(permitted.channel(), permitted.request(), out);
      executor.execute(stream::run);
    } catch (StatusRuntimeException e) {
      out.fail(e.getStatus());
    }
  }
}
