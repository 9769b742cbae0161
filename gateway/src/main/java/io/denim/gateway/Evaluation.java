package io.denim.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.gateway.EndorserSelection.Choice;
import io.grpc.Context;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;
import org.hyperledger.fabric.protos.gateway.EvaluateRequest;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has one peer run a function for a client, and another if that one cannot. Owned by the thread
/// that serves the call.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/evaluate.go.
final class Evaluation {
  private static final Logger LOG = LoggerFactory.getLogger(Evaluation.class);

  private final Peers peers;
  private final Duration patience;
  private final Executor executor;
  private final EvaluateRequest request;
  private final ProposalContents proposal;
  private final EndorserSelection selection;

  Evaluation(
      Peers peers,
      Duration patience,
      Executor executor,
      EvaluateRequest request,
      ProposalContents proposal,
      EndorserSelection selection) {
    this.peers = peers;
    this.patience = patience;
    this.executor = executor;
    this.request = request;
    this.proposal = proposal;
    this.selection = selection;
  }

  /// The function's response.
  ///
  /// @throws io.grpc.StatusRuntimeException for the client
  Response run() {
    EndorsementPlan plan = plan();
    List<ErrorDetail> errors = new ArrayList<>();
    Endorsing peer = plan.nextEndorsers().getFirst();
    try (Mailbox<EndorserAnswer> answers = new Mailbox<>(Context.current())) {
      while (true) {
        switch (ask(peer, answers)) {
          case EndorserAnswer.Endorsed(ProposalResponse response) -> {
            return result(response);
          }
          case EndorserAnswer.Failed failed -> {
            LOG.debug("Evaluate call to endorser {} failed: {}", peer, failed.message());
            errors.add(peer.error(failed.message()));
            if (failed.unreachable() && !peer.local()) {
              peers.connections().forgetPeer(peer.address());
            }
            if (!failed.retry()) {
              throw RpcErrors.of(
                  failed.code(),
                  "evaluate call to endorser returned error: " + failed.message(),
                  errors);
            }
            Optional<Endorsing> next = plan.nextInGroup(peer);
            if (next.isEmpty()) {
              throw RpcErrors.of(
                  failed.code(),
                  "failed to evaluate transaction, see attached details for more info",
                  errors);
            }
            peer = next.get();
          }
        }
      }
    }
  }

  private EndorsementPlan plan() {
    List<String> organizations = request.getTargetOrganizationsList();
    boolean isProtected = proposal.hasTransientData() && organizations.isEmpty();
    List<String> allowed = isProtected ? List.of(peers.ownMspId()) : organizations;
    return switch (selection.evaluator(proposal.chaincode(), allowed)) {
      case Choice.Planned(EndorsementPlan plan) -> plan;
      case Choice.Impossible(String reason) ->
          throw RpcErrors.of(
              Code.FAILED_PRECONDITION,
              isProtected
                  ? "no endorsers found in the gateway's organization; retry specifying target"
                      + " organization(s) to protect transient data: "
                      + reason
                  : reason);
    };
  }

  private EndorserAnswer ask(Endorsing peer, Mailbox<EndorserAnswer> answers) {
    ChannelConfig config = selection.analysis().config();
    executor.execute(
        Context.current()
            .wrap(() ->
                answers.put(peers.ask(peer, request.getProposedTransaction(), config, patience))));
    return answers
        .take()
        .orElseThrow(() -> RpcErrors.of(Code.DEADLINE_EXCEEDED, "evaluate timeout expired"));
  }

  /// The response as it would be in the transaction, which the outer one need not equal.
  private static Response result(ProposalResponse answer) {
    try {
      ProposalResponsePayload payload = ProposalResponsePayload.parseFrom(answer.getPayload());
      ChaincodeAction action = ChaincodeAction.parseFrom(payload.getExtension());
      return answer.getResponse().toBuilder().setPayload(action.getResponse().getPayload()).build();
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("Successful proposal response contained no transaction result: {}", e.getMessage());
      return answer.getResponse();
    }
  }
}
