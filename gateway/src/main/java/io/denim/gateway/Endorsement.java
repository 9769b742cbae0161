package io.denim.gateway;

import io.denim.channelconfig.ChannelConfig;
import io.denim.gateway.EndorserSelection.Choice;
import io.grpc.Context;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.gateway.EndorseRequest;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Collects the endorsements for one client's proposal: first one of the own organization, from
/// which follows which policies apply, then those of the others at once. Owned by the thread that
/// serves the call.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/endorse.go.
final class Endorsement {
  private static final Logger LOG = LoggerFactory.getLogger(Endorsement.class);

  private final Peers peers;
  private final Duration patience;
  private final Executor executor;
  private final EndorseRequest request;
  private final ProposalContents proposal;
  private final Supplier<EndorserSelection> selections;
  private EndorserSelection selection;

  /// What an endorser that was asked has said.
  private record Reply(Endorsing peer, EndorserAnswer answer) {}

  Endorsement(
      Peers peers,
      Duration patience,
      Executor executor,
      EndorseRequest request,
      ProposalContents proposal,
      Supplier<EndorserSelection> selections) {
    this.peers = peers;
    this.patience = patience;
    this.executor = executor;
    this.request = request;
    this.proposal = proposal;
    this.selections = selections;
    this.selection = selections.get();
  }

  /// The plan, with enough endorsements in it.
  ///
  /// @throws io.grpc.StatusRuntimeException for the client
  EndorsementPlan collect() {
    List<String> organizations = request.getEndorsingOrganizationsList();
    EndorsementPlan plan =
        organizations.isEmpty()
            ? planFromFirstEndorser()
            : planned(
                selection.ofOrganizations(proposal.chaincode(), organizations), Code.UNAVAILABLE);
    while (!plan.isComplete()) {
      List<Endorsing> endorsers = plan.nextEndorsers();
      if (endorsers.isEmpty()) {
        throw RpcErrors.of(
            Code.ABORTED,
            "failed to collect enough transaction endorsements, see attached details for more"
                + " info",
            plan.errors());
      }
      tryLayout(plan, endorsers);
      plan.abandonLayout();
    }
    return plan;
  }

  private static EndorsementPlan planned(Choice choice, Code code) {
    return switch (choice) {
      case Choice.Planned(EndorsementPlan plan) -> plan;
      case Choice.Impossible(String reason) -> throw RpcErrors.of(code, reason);
    };
  }

  /// Asks all endorsers of a layout at once, and others of their groups in place of those that
  /// fail.
  private void tryLayout(EndorsementPlan plan, List<Endorsing> endorsers) {
    try (Mailbox<Reply> replies = new Mailbox<>(Context.current())) {
      endorsers.forEach(peer -> ask(peer, replies));
      int awaited = endorsers.size();
      while (awaited > 0) {
        Optional<Reply> reply = replies.take();
        if (reply.isEmpty()) {
          LOG.warn("Endorse call timed out while collecting endorsements");
          throw RpcErrors.of(
              Code.DEADLINE_EXCEEDED, "endorsement timeout expired while collecting endorsements");
        }
        awaited--;
        if (!take(plan, reply.get())) {
          Optional<Endorsing> next = plan.nextInGroup(reply.get().peer());
          if (next.isPresent()) {
            ask(next.get(), replies);
            awaited++;
          }
        }
      }
    }
  }

  private void ask(Endorsing peer, Mailbox<Reply> replies) {
    ChannelConfig config = selection.analysis().config();
    executor.execute(
        Context.current()
            .wrap(() ->
                replies.put(
                    new Reply(
                        peer,
                        peers.ask(peer, request.getProposedTransaction(), config, patience)))));
  }

  private boolean take(EndorsementPlan plan, Reply reply) {
    return switch (reply.answer()) {
      case EndorserAnswer.Endorsed(ProposalResponse response) ->
          plan.endorsed(reply.peer(), response);
      case EndorserAnswer.Failed failed -> {
        plan.failed(noted(reply.peer(), failed));
        yield false;
      }
    };
  }

  private ErrorDetail noted(Endorsing peer, EndorserAnswer.Failed failed) {
    LOG.warn("Endorse call to endorser {} failed: {}", peer, failed.message());
    if (failed.unreachable() && !peer.local()) {
      peers.connections().forgetPeer(peer.address());
    }
    return peer.error(failed.message());
  }

  private EndorsementPlan planFromFirstEndorser() {
    Choice ofOwn = selection.ofOrganizations(proposal.chaincode(), List.of(peers.ownMspId()));
    EndorsementPlan firstPlan =
        switch (ofOwn) {
          case Choice.Planned(EndorsementPlan plan) -> plan;
          case Choice.Impossible _ -> {
            if (proposal.hasTransientData()) {
              throw RpcErrors.of(
                  Code.FAILED_PRECONDITION,
                  "no endorsers found in the gateway's organization; retry specifying endorsing"
                      + " organization(s) to protect transient data");
            }
            yield planned(
                selection.ofInterest(defaultInterest(), Optional.empty(), random()),
                Code.FAILED_PRECONDITION);
          }
        };
    First first = first(firstPlan);
    selection = selections.get(); // a chaincode may have taken long to start
    EndorsementPlan plan = planFor(first);
    plan.endorsed(first.peer(), first.response());
    return plan;
  }

  private static RandomGenerator random() {
    return ThreadLocalRandom.current();
  }

  private ChaincodeInterest defaultInterest() {
    return ChaincodeInterest.newBuilder()
        .addChaincodes(ChaincodeCall.newBuilder().setName(proposal.chaincode()))
        .build();
  }

  /// The first endorsement and who gave it.
  private record First(Endorsing peer, ProposalResponse response) {}

  private First first(EndorsementPlan plan) {
    List<ErrorDetail> errors = new ArrayList<>();
    Optional<Endorsing> peer = plan.nextEndorsers().stream().findFirst();
    try (Mailbox<Reply> replies = new Mailbox<>(Context.current())) {
      while (peer.isPresent()) {
        ask(peer.get(), replies);
        Optional<Reply> reply = replies.take();
        if (reply.isEmpty()) {
          LOG.warn("Endorse call timed out while collecting first endorsement");
          throw RpcErrors.of(
              Code.DEADLINE_EXCEEDED,
              "endorsement timeout expired while collecting first endorsement");
        }
        switch (reply.get().answer()) {
          case EndorserAnswer.Endorsed(ProposalResponse response) -> {
            return new First(peer.get(), response);
          }
          case EndorserAnswer.Failed failed -> {
            errors.add(noted(peer.get(), failed));
            peer = plan.nextInGroup(peer.get());
          }
        }
      }
    }
    throw RpcErrors.of(
        Code.ABORTED, "failed to endorse transaction, see attached details for more info", errors);
  }

  /// Whoever endorses is sent the transient inputs; so with these only peers are asked that may
  /// read the collections which the transaction writes.
  private EndorsementPlan planFor(First first) {
    ChaincodeInterest told = first.response().getInterest();
    ChaincodeInterest interest = told.getChaincodesCount() == 0 ? defaultInterest() : told;
    List<String> protectedCollections = new ArrayList<>();
    ChaincodeInterest cautious = interest;
    if (proposal.hasTransientData()) {
      ChaincodeInterest.Builder builder = interest.toBuilder();
      for (ChaincodeCall.Builder call : builder.getChaincodesBuilderList()) {
        if (call.getNoPrivateReads()) {
          call.setNoPrivateReads(false);
          protectedCollections.addAll(call.getCollectionNamesList());
        }
      }
      cautious = builder.build();
    }
    Optional<Endorsing> peer = Optional.of(first.peer());
    Choice choice = selection.ofInterest(cautious, peer, random());
    if (choice instanceof Choice.Impossible
        && !protectedCollections.isEmpty()
        && selection.ofInterest(interest, peer, random()) instanceof Choice.Planned) {
      throw RpcErrors.of(
          Code.FAILED_PRECONDITION,
          "requires endorsement from organisation(s) that are not in the distribution policy of the"
              + " private data collection(s): ["
              + String.join(" ", protectedCollections)
              + "]; retry specifying trusted endorsing organizations to protect transient data");
    }
    return planned(choice, Code.FAILED_PRECONDITION);
  }
}
