package io.denim.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.denim.policy.PolicyLanguage;
import io.grpc.Status.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hyperledger.fabric.client.ChaincodeEvent;
import org.hyperledger.fabric.client.CloseableIterator;
import org.hyperledger.fabric.client.CommitException;
import org.hyperledger.fabric.client.CommitStatusException;
import org.hyperledger.fabric.client.Contract;
import org.hyperledger.fabric.client.EndorseException;
import org.hyperledger.fabric.client.Gateway;
import org.hyperledger.fabric.client.GatewayException;
import org.hyperledger.fabric.client.Hash;
import org.hyperledger.fabric.client.Network;
import org.hyperledger.fabric.client.SubmitException;
import org.hyperledger.fabric.client.SubmittedTransaction;
import org.hyperledger.fabric.client.identity.Identities;
import org.hyperledger.fabric.client.identity.Signers;
import org.hyperledger.fabric.client.identity.X509Identity;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real fabric-gateway clients against the service.
@Timeout(60)
class GatewayClientTest {
  @TempDir private Path directory;
  private TestNetwork network;

  @BeforeEach
  void start() throws Exception {
    network = new TestNetwork(directory);
    define("AND('Org1MSP.peer', 'Org2MSP.peer')");
  }

  @AfterEach
  void stop() throws Exception {
    network.close();
  }

  private void define(String policy) throws Exception {
    ByteString parameter =
        ApplicationPolicy.newBuilder()
            .setSignaturePolicy(PolicyLanguage.parse(policy))
            .build()
            .toByteString();
    network.channel.chaincodes.put("basic", new DefinedChaincode(1, parameter, List.of()));
  }

  private Gateway client(int organization) throws Exception {
    TestOrganizations keys = network.organizations;
    return Gateway.newInstance()
        .identity(
            new X509Identity(
                "Org" + organization + "MSP",
                Identities.readX509Certificate(keys.clientCertificate(organization))))
        .signer(
            Signers.newPrivateKeySigner(Identities.readPrivateKey(keys.clientKey(organization))))
        .hash(Hash.SHA256)
        .connection(network.connect())
        .connect();
  }

  private static Contract contract(Gateway gateway) {
    return gateway.getNetwork(TestOrganizations.CHANNEL).getContract("basic");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void evaluatingAsksThisPeerAlone() throws Exception {
    try (Gateway gateway = client(1)) {
      assertThat(text(contract(gateway).evaluateTransaction("read", "a"))).isEqualTo("result");
    }
    assertThat(network.org1.getFirst().asked).hasValue(1);
    assertThat(network.channel.awaited).hasValue(1);
    assertThat(network.org2).allSatisfy(peer -> assertThat(peer.asked).hasValue(0));
  }

  @Test
  void evaluatingGoesOnToAnotherPeerWhenOneCannot() throws Exception {
    network.org1.getFirst().crashed = true;
    try (Gateway gateway = client(1)) {
      assertThat(text(contract(gateway).evaluateTransaction("read", "a"))).isEqualTo("result");
    }
  }

  @Test
  void whereThisPeersLedgerFailsAnotherIsAsked() throws Exception {
    network.org1.getFirst().broken = true;
    try (Gateway gateway = client(1)) {
      assertThat(text(contract(gateway).evaluateTransaction("read", "a"))).isEqualTo("result");
      network.members.removeIf(member -> member.peer().mspId().equals("Org2MSP"));
      assertThatThrownBy(() -> contract(gateway).evaluateTransaction("read", "a"))
          .isInstanceOfSatisfying(
              GatewayException.class,
              failure ->
                  assertThat(failure.getDetails())
                      .singleElement()
                      .satisfies(detail ->
                          assertThat(detail.getMessage())
                              .contains("cannot read the state: Input/output error")));
    }
    assertThat(network.org1.getFirst().asked).hasValue(2);
  }

  @Test
  void eventsEndAtABlockThatCannotBeRead() throws Exception {
    network.channel.unreadable = true;
    try (Gateway gateway = client(1);
        CloseableIterator<ChaincodeEvent> events =
            gateway
                .getNetwork(TestOrganizations.CHANNEL)
                .newChaincodeEventsRequest("basic")
                .startBlock(0)
                .build()
                .getEvents()) {
      assertThatThrownBy(events::hasNext)
          .hasStackTraceContaining("block [0] is not in the block files");
    }
  }

  @Test
  void anExpiredClientIsToldOnceEachPeerHasRefusedIt() throws Exception {
    List<TestEndorser> all = Stream.concat(network.org1.stream(), network.org2.stream()).toList();
    all.forEach(peer -> peer.outOfTime = true);
    try (Gateway gateway = client(1)) {
      GatewayException evaluate =
          catchThrowableOfType(
              GatewayException.class, () -> contract(gateway).evaluateTransaction("read", "a"));
      assertThat(evaluate.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(evaluate.getDetails())
          .hasSameSizeAs(all)
          .allSatisfy(detail ->
              assertThat(detail.getMessage()).endsWith("proposal client identity expired"));
    }
    assertThat(all).allSatisfy(peer -> assertThat(peer.asked).hasValue(1));
  }

  @Test
  void aChaincodesErrorReachesTheClientWithItsPeer() throws Exception {
    network.org1.getFirst().response =
        Response.newBuilder().setStatus(500).setMessage("no such asset").build();
    try (Gateway gateway = client(1)) {
      GatewayException evaluate =
          catchThrowableOfType(
              GatewayException.class, () -> contract(gateway).evaluateTransaction("read", "a"));
      assertThat(evaluate.getStatus().getCode()).isEqualTo(Code.UNKNOWN);
      assertThat(evaluate.getStatus().getDescription())
          .isEqualTo(
              "evaluate call to endorser returned error: chaincode response 500, no such asset");
      EndorseException endorse =
          catchThrowableOfType(
              EndorseException.class, () -> contract(gateway).submitTransaction("read", "a"));
      assertThat(endorse.getStatus().getCode()).isEqualTo(Code.ABORTED);
      assertThat(endorse.getStatus().getDescription())
          .isEqualTo("failed to endorse transaction, see attached details for more info");
      assertThat(endorse.getDetails())
          .singleElement()
          .satisfies(detail -> {
            assertThat(detail.getMspId()).isEqualTo("Org1MSP");
            assertThat(detail.getMessage()).isEqualTo("chaincode response 500, no such asset");
          });
    }
  }

  private static String refusal(Gateway gateway) {
    return catchThrowableOfType(
            EndorseException.class, () -> contract(gateway).submitTransaction("write", "a"))
        .getStatus()
        .getDescription();
  }

  @Test
  void whoIsMissingIsNamedWithTheReason() throws Exception {
    String start = "no combination of peers can be derived which satisfy the endorsement policy: ";
    List<ChannelPeer> others =
        network.members.stream().filter(peer -> peer.peer().mspId().equals("Org2MSP")).toList();
    network.members.removeAll(others);
    try (Gateway gateway = client(1)) {
      assertThat(refusal(gateway))
          .startsWith(start + "no peer combination can satisfy the endorsement policy")
          .contains("(Org2MSP: no peer of it has been seen");
      network.lost.add(new LostPeer("Org2MSP", "peer0.org2:9051", 1_700_000_000_000L));
      assertThat(refusal(gateway))
          .endsWith(
              "(Org2MSP: peer peer0.org2:9051 has not been heard of since 2023-11-14T22:13:20Z)");
      ChannelPeer other = others.getFirst();
      network.members.add(
          new ChannelPeer(
              other.peer(), other.ledgerHeight(), Map.of("basic", "7"), other.stateInfo()));
      assertThat(refusal(gateway))
          .startsWith(start + "required chaincodes are not installed on sufficient peers")
          .endsWith(
              "(Org2MSP: peer "
                  + other.peer().endpoint()
                  + " does not have chaincode basic installed as its organization approved it for"
                  + " sequence 1)");
    }
  }

  @Test
  void submittingCollectsWhatThePolicyAsksFor() throws Exception {
    try (Gateway gateway = client(1)) {
      assertThat(text(contract(gateway).submitTransaction("write", "a"))).isEqualTo("result");
    }
    assertThat(endorsers(network.orderer.ordered.getFirst()))
        .containsExactlyInAnyOrder(
            network.organizations.peer(1, 0).serialized(),
            network.organizations.peer(2, 0).serialized());
  }

  private static List<ByteString> endorsers(Envelope transaction) throws Exception {
    Payload payload = Payload.parseFrom(transaction.getPayload());
    ChaincodeActionPayload action =
        ChaincodeActionPayload.parseFrom(
            Transaction.parseFrom(payload.getData()).getActions(0).getPayload());
    return action.getAction().getEndorsementsList().stream().map(Endorsement::getEndorser).toList();
  }

  @Test
  void anotherPeerOfTheGroupStandsInForOneThatFails() throws Exception {
    network.org2.getFirst().crashed = true;
    try (Gateway gateway = client(1)) {
      contract(gateway).submitTransaction("write", "a");
    }
    assertThat(endorsers(network.orderer.ordered.getFirst()))
        .contains(network.organizations.peer(2, 1).serialized());
  }

  @Test
  void withoutEnoughEndorsersTheErrorNamesEach() throws Exception {
    network.org2.forEach(peer -> peer.crashed = true);
    try (Gateway gateway = client(1)) {
      EndorseException error =
          catchThrowableOfType(
              EndorseException.class, () -> contract(gateway).submitTransaction("write", "a"));
      assertThat(error.getStatus().getCode()).isEqualTo(Code.ABORTED);
      assertThat(error.getStatus().getDescription())
          .isEqualTo(
              "failed to collect enough transaction endorsements, see attached details for more"
                  + " info");
      assertThat(error.getDetails()).hasSize(2);
      assertThat(error.getDetails())
          .allSatisfy(
              detail -> assertThat(detail.getMessage()).isEqualTo("error in simulation: crashed"));
    }
  }

  @Test
  void endorsersMustAgree() throws Exception {
    network.org2.forEach(peer -> peer.result = "another result");
    try (Gateway gateway = client(1)) {
      EndorseException error =
          catchThrowableOfType(
              EndorseException.class, () -> contract(gateway).submitTransaction("write", "a"));
      assertThat(error.getStatus().getCode()).isEqualTo(Code.ABORTED);
      assertThat(error.getDetails())
          .allSatisfy(detail ->
              assertThat(detail.getMessage()).isEqualTo("ProposalResponsePayloads do not match"));
    }
  }

  @Test
  void theClientMayNameTheOrganizations() throws Exception {
    try (Gateway gateway = client(1)) {
      contract(gateway)
          .newProposal("write")
          .setEndorsingOrganizations("Org2MSP")
          .build()
          .endorse()
          .submit();
      assertThatThrownBy(() ->
              contract(gateway)
                  .newProposal("write")
                  .setEndorsingOrganizations("Org9MSP")
                  .build()
                  .endorse())
          .isInstanceOfSatisfying(
              EndorseException.class,
              error -> {
                assertThat(error.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
                assertThat(error.getStatus().getDescription())
                    .isEqualTo("failed to find any endorsing peers for org(s): Org9MSP");
              });
    }
    assertThat(endorsers(network.orderer.ordered.getFirst()))
        .containsExactly(network.organizations.peer(2, 0).serialized());
  }

  @Test
  void aRefusalByTheOrdererEndsTheSubmission() throws Exception {
    network.orderer.status = Status.BAD_REQUEST;
    try (Gateway gateway = client(1)) {
      SubmitException refused =
          catchThrowableOfType(
              SubmitException.class, () -> contract(gateway).submitTransaction("write"));
      assertThat(refused.getStatus().getCode()).isEqualTo(Code.ABORTED);
      assertThat(refused.getStatus().getDescription())
          .isEqualTo(
              "received unsuccessful response from orderer: status=BAD_REQUEST, info=as told");
      network.orderer.status = Status.SERVICE_UNAVAILABLE;
      SubmitException unavailable =
          catchThrowableOfType(
              SubmitException.class, () -> contract(gateway).submitTransaction("write"));
      assertThat(unavailable.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(unavailable.getStatus().getDescription())
          .isEqualTo("no orderers could successfully process transaction");
    }
  }

  @Test
  void anInvalidTransactionFailsWithItsCode() throws Exception {
    network.orderer.verdict = TxValidationCode.MVCC_READ_CONFLICT;
    try (Gateway gateway = client(1)) {
      assertThatThrownBy(() -> contract(gateway).submitTransaction("write"))
          .isInstanceOfSatisfying(
              CommitException.class,
              error -> assertThat(error.getCode()).isEqualTo(TxValidationCode.MVCC_READ_CONFLICT));
    }
  }

  @Test
  void commitStatusIsWaitedForAndThenKnown() throws Exception {
    network.orderer.commits = false;
    try (Gateway gateway = client(1)) {
      SubmittedTransaction submitted =
          contract(gateway).newProposal("write").build().endorse().submitAsync();
      assertThatThrownBy(() ->
              submitted.getStatus(options -> options.withDeadlineAfter(200, TimeUnit.MILLISECONDS)))
          .isInstanceOfSatisfying(
              CommitStatusException.class,
              error -> assertThat(error.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED));
      Thread commit =
          Thread.ofVirtual()
              .start(() -> network.orderer.commit(network.orderer.ordered.getFirst()));
      assertThat(submitted.getStatus().getBlockNumber()).isEqualTo(1);
      commit.join();
      assertThat(submitted.getStatus().isSuccessful()).isTrue();
    }
  }

  @Test
  void strangersAreToldNothing() throws Exception {
    try (Gateway gateway = client(1)) {
      Network other = gateway.getNetwork("otherchannel");
      GatewayException evaluate =
          catchThrowableOfType(
              GatewayException.class, () -> other.getContract("basic").evaluateTransaction("read"));
      assertThat(evaluate.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
      EndorseException endorse =
          catchThrowableOfType(
              EndorseException.class, () -> other.getContract("basic").submitTransaction("write"));
      assertThat(endorse.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
      assertThatThrownBy(() -> other.getChaincodeEvents("basic").next())
          .hasMessageContaining("PERMISSION_DENIED");
    }
  }

  @Test
  void eventsAreReplayedAndFollowed() throws Exception {
    try (Gateway gateway = client(1)) {
      Network channel = gateway.getNetwork(TestOrganizations.CHANNEL);
      Contract contract = contract(gateway);
      String first =
          contract.newProposal("write").build().endorse().submitAsync().getTransactionId();
      try (CloseableIterator<ChaincodeEvent> events =
          channel.newChaincodeEventsRequest("basic").startBlock(0).build().getEvents()) {
        ChaincodeEvent past = events.next();
        assertThat(past.getTransactionId()).isEqualTo(first);
        assertThat(past.getBlockNumber()).isEqualTo(1);
        assertThat(past.getEventName()).isEqualTo("done");
        String second =
            contract.newProposal("write").build().endorse().submitAsync().getTransactionId();
        assertThat(events.next().getTransactionId()).isEqualTo(second);
      }
    }
  }

  @Test
  void transientDataStaysWithTheOrganization() throws Exception {
    network.members.removeIf(peer -> peer.peer().mspId().equals("Org1MSP"));
    try (Gateway gateway = client(1)) {
      assertThatThrownBy(() ->
              contract(gateway)
                  .newProposal("write")
                  .putAllTransient(Map.of("secret", new byte[] {1}))
                  .build()
                  .endorse())
          .isInstanceOfSatisfying(
              EndorseException.class,
              error ->
                  assertThat(error.getStatus().getDescription())
                      .isEqualTo(
                          "no endorsers found in the gateway's organization; retry specifying"
                              + " endorsing organization(s) to protect transient data"));
    }
  }
}
