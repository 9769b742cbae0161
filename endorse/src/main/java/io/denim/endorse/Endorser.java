package io.denim.endorse;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.chaincode.ChaincodeExecutor;
import io.denim.chaincode.ChaincodeInvocation;
import io.denim.chaincode.ChaincodeOutcome;
import io.denim.chaincode.EndorsementInfo;
import io.denim.chaincode.EndorsementInfoSource;
import io.denim.identity.MspManager;
import io.denim.identity.SigningIdentity;
import io.denim.ledger.SimulationException;
import io.denim.ledger.SimulationResults;
import io.denim.ledger.TransactionSimulator;
import io.denim.metrics.Metrics;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns a signed proposal into a signed response: checks it, has its chaincode simulate it, and
/// endorses what came out (fabric v3.1.5 core/endorser/endorser.go). Safe for use by any thread; a
/// call waits for its chaincode.
public final class Endorser {
  private static final Logger LOG = LoggerFactory.getLogger(Endorser.class);
  private static final String SYSTEM_CHAINCODE_VERSION = "syscc";

  /// They tell of the chain as it is and make no transactions; one sees by them how far it is.
  private static final Set<String> READING_CHAINCODES = Set.of("qscc", "cscc");

  private static final int FIRST_ERROR = 400; // responses below can become transactions
  private static final int FAILURE = 500;

  private final Function<String, Optional<EndorsementChannel>> channels;
  private final Self self;
  private final EndorserMetrics metrics;
  private final ChaincodeExecutor chaincodes;
  private final EndorsementInfoSource definitions;
  private final PrivateDataDistributor privateData;
  private final ProposalFreshness freshness;

  /// The peer that endorses.
  ///
  /// @param localMsp judges proposals that are for the peer itself
  public record Self(MspManager localMsp, SigningIdentity signer, Metrics metrics) {}

  /// @param channels finds a channel of this peer by its id
  public Endorser(
      Function<String, Optional<EndorsementChannel>> channels,
      Self self,
      ChaincodeExecutor chaincodes,
      EndorsementInfoSource definitions,
      PrivateDataDistributor privateData,
      ProposalFreshness freshness) {
    this.channels = channels;
    this.self = self;
    this.metrics = new EndorserMetrics(self.metrics());
    this.chaincodes = chaincodes;
    this.definitions = definitions;
    this.privateData = privateData;
    this.freshness = freshness;
  }

  /// Processes a proposal; waits for its chaincode.
  public ProposalOutcome process(SignedProposal signed) {
    long start = System.nanoTime();
    metrics.received();
    UnpackedProposal proposal;
    try {
      proposal = UnpackedProposal.of(signed);
    } catch (UnpackedProposal.MalformedProposalException e) {
      LOG.warn("Failed to unpack proposal: {}", e.getMessage());
      metrics.invalid();
      return new ProposalOutcome.Refused(String.valueOf(e.getMessage()));
    }
    ProposalOutcome outcome =
        proposal.channelId().isEmpty() ? onPeer(proposal) : onChannel(proposal);
    switch (outcome) {
      case ProposalOutcome.Responded(ProposalResponse response) ->
          metrics.completed(proposal, succeeded(proposal, response), start);
      case ProposalOutcome.Refused _, ProposalOutcome.NotNow _ -> {}
    }
    return outcome;
  }

  /// Whether a response is endorsed; one of the peer itself never is.
  private static boolean succeeded(UnpackedProposal proposal, ProposalResponse response) {
    return response.hasEndorsement()
        || (proposal.channelId().isEmpty() && response.getResponse().getStatus() < FIRST_ERROR);
  }

  private ProposalOutcome onPeer(UnpackedProposal proposal) {
    Optional<String> outOfTime = freshness.problem(proposal, self.localMsp());
    if (outOfTime.isPresent()) {
      return notNow(proposal, outOfTime.get());
    }
    Optional<String> refusal = ProposalChecks.form(proposal, self.localMsp());
    if (refusal.isPresent()) {
      metrics.invalid();
      return refused(proposal, refusal.get());
    }
    return switch (chaincodes.executeWithoutChannel(invocation(proposal))) {
      case ChaincodeOutcome.Responded(Response response, var _) ->
          new ProposalOutcome.Responded(
              ProposalResponse.newBuilder().setResponse(response).build());
      case ChaincodeOutcome.Failed(String reason) ->
          failed(proposal, "error in simulation: " + reason);
    };
  }

  private ProposalOutcome onChannel(UnpackedProposal proposal) {
    Optional<EndorsementChannel> found = channels.apply(proposal.channelId());
    if (found.isEmpty()) {
      return ProposalOutcome.failed("channel '" + proposal.channelId() + "' not found");
    }
    EndorsementChannel channel = found.get();
    Optional<String> outOfTime = freshness.problem(proposal, channel.config().msps());
    if (outOfTime.isPresent()) {
      return notNow(proposal, outOfTime.get());
    }
    Optional<String> malformed = ProposalChecks.form(proposal, channel.config().msps());
    if (malformed.isPresent()) {
      metrics.invalid();
      return refused(proposal, malformed.get());
    }
    Optional<String> repeated = ProposalChecks.repeated(proposal, channel);
    if (repeated.isPresent()) {
      metrics.duplicate(proposal);
      return refused(proposal, repeated.get());
    }
    Optional<String> denied =
        ProposalChecks.access(
            proposal, channel, chaincodes.isSystemChaincode(proposal.chaincode()));
    if (denied.isPresent()) {
      metrics.denied(proposal);
      return refused(proposal, denied.get());
    }
    if (!READING_CHAINCODES.contains(proposal.chaincode())) {
      Optional<Long> former = channel.heightBeforeReset();
      if (former.isPresent()) {
        return notNow(proposal, rebuilding(channel, former.get()));
      }
    }
    try (TransactionSimulator simulator = channel.simulator(proposal.txId())) {
      return switch (definition(proposal, simulator)) {
        case EndorsementInfo.NotReady(String reason) ->
            failed(
                proposal,
                "make sure the chaincode "
                    + proposal.chaincode()
                    + " has been successfully defined on channel "
                    + proposal.channelId()
                    + " and try again: "
                    + reason);
        case EndorsementInfo.Ready ready -> simulate(proposal, channel, simulator, ready.version());
      };
    }
  }

  /// Begins with Fabric's words (fabric v3.1.5 internal/peer/node/start.go, reset).
  private static String rebuilding(EndorsementChannel channel, long former) {
    return "endorse requests are blocked while ledgers are being rebuilt: channel %s has %s of %s blocks"
        .formatted(
            channel.config().channelId(),
            Long.toUnsignedString(channel.height()),
            Long.toUnsignedString(former));
  }

  private EndorsementInfo definition(UnpackedProposal proposal, TransactionSimulator simulator) {
    return chaincodes.isSystemChaincode(proposal.chaincode())
        ? new EndorsementInfo.Ready(SYSTEM_CHAINCODE_VERSION, false, "", "escc")
        : definitions.endorsementInfo(proposal.channelId(), proposal.chaincode(), simulator);
  }

  private ProposalOutcome simulate(
      UnpackedProposal proposal,
      EndorsementChannel channel,
      TransactionSimulator simulator,
      String version) {
    return switch (chaincodes.execute(invocation(proposal), simulator)) {
      case ChaincodeOutcome.Failed(String reason) ->
          failed(proposal, "error in simulation: " + reason);
      case ChaincodeOutcome.Responded(Response response, Optional<ChaincodeEvent> event) -> {
        try {
          SimulationResults results = simulator.results();
          Optional<String> undistributed = distribute(proposal, channel, results);
          if (undistributed.isPresent()) {
            yield failed(proposal, "error in simulation: " + undistributed.get());
          }
          ChaincodeAction action = action(proposal.chaincode(), version, response, results, event);
          yield new ProposalOutcome.Responded(respond(proposal, action, results));
        } catch (SimulationException
            | IllegalArgumentException
            | InvalidProtocolBufferException e) {
          yield failed(proposal, "error in simulation: " + e.getMessage());
        }
      }
    };
  }

  private Optional<String> distribute(
      UnpackedProposal proposal, EndorsementChannel channel, SimulationResults results) {
    if (results.privateReadWriteSet().isEmpty()) {
      return Optional.empty();
    }
    TxPvtReadWriteSetWithConfigInfo writes =
        PrivateWrites.of(results.privateReadWriteSet().get(), channel, channel.height());
    return privateData.distribute(proposal.channelId(), proposal.txId(), writes);
  }

  private static ChaincodeAction action(
      String chaincode,
      String version,
      Response response,
      SimulationResults results,
      Optional<ChaincodeEvent> event) {
    boolean isSuccess = response.getStatus() < FIRST_ERROR; // else its event is dropped
    return ChaincodeAction.newBuilder()
        .setResults(results.publicReadWriteSet())
        .setEvents(
            isSuccess
                ? event.map(ChaincodeEvent::toByteString).orElse(ByteString.EMPTY)
                : ByteString.EMPTY)
        .setResponse(response)
        .setChaincodeId(ChaincodeID.newBuilder().setName(chaincode).setVersion(version))
        .build();
  }

  private ProposalResponse respond(
      UnpackedProposal proposal, ChaincodeAction action, SimulationResults results)
      throws InvalidProtocolBufferException {
    ByteString payload =
        ProposalResponsePayload.newBuilder()
            .setProposalHash(proposal.hash())
            .setExtension(action.toByteString())
            .build()
            .toByteString();
    SigningIdentity signer = self.signer();
    Response response = action.getResponse();
    ProposalResponse.Builder answer = ProposalResponse.newBuilder().setResponse(response);
    if (response.getStatus() >= FAILURE) {
      return answer.setPayload(payload).setInterest(interest(results)).build();
    }
    if (response.getStatus() >= FIRST_ERROR) {
      metrics.endorsementFailed(proposal);
      return answer.build();
    }
    return answer
        .setVersion(1)
        .setPayload(payload)
        .setInterest(interest(results))
        .setEndorsement(
            Endorsement.newBuilder()
                .setEndorser(signer.serialized())
                .setSignature(signer.sign(payload.concat(signer.serialized()))))
        .build();
  }

  private ChaincodeInterest interest(SimulationResults results)
      throws InvalidProtocolBufferException {
    return ChaincodeInterests.of(results, chaincodes::isSystemChaincode);
  }

  private static ChaincodeInvocation invocation(UnpackedProposal proposal) {
    return new ChaincodeInvocation(
        proposal.channelId(),
        proposal.txId(),
        proposal.chaincode(),
        proposal.input(),
        Optional.of(proposal.signedProposal()));
  }

  private static ProposalOutcome refused(UnpackedProposal proposal, String reason) {
    logRefusal(proposal, reason);
    return new ProposalOutcome.Refused(reason);
  }

  private ProposalOutcome notNow(UnpackedProposal proposal, String reason) {
    metrics.invalid();
    logRefusal(proposal, reason);
    return new ProposalOutcome.NotNow(reason);
  }

  private static void logRefusal(UnpackedProposal proposal, String reason) {
    LOG.warn(
        "[channel: {}] Refusing proposal {} for {}: {}",
        proposal.channelId(),
        proposal.txId(),
        proposal.chaincode(),
        reason);
  }

  private ProposalOutcome failed(UnpackedProposal proposal, String reason) {
    metrics.simulationFailed(proposal);
    LOG.warn(
        "[channel: {}] Failed to invoke chaincode {} for {}: {}",
        proposal.channelId(),
        proposal.chaincode(),
        proposal.txId(),
        reason);
    return ProposalOutcome.failed(reason);
  }
}
