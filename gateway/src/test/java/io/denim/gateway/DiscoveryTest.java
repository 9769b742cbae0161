package io.denim.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.identity.SigningIdentity;
import io.denim.policy.PolicyLanguage;
import java.nio.file.Path;
import java.util.List;
import org.hyperledger.fabric.protos.discovery.AuthInfo;
import org.hyperledger.fabric.protos.discovery.ChaincodeQuery;
import org.hyperledger.fabric.protos.discovery.ConfigQuery;
import org.hyperledger.fabric.protos.discovery.DiscoveryGrpc;
import org.hyperledger.fabric.protos.discovery.EndorsementDescriptor;
import org.hyperledger.fabric.protos.discovery.LocalPeerQuery;
import org.hyperledger.fabric.protos.discovery.PeerMembershipQuery;
import org.hyperledger.fabric.protos.discovery.Query;
import org.hyperledger.fabric.protos.discovery.QueryResult;
import org.hyperledger.fabric.protos.discovery.Request;
import org.hyperledger.fabric.protos.discovery.SignedRequest;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The discovery service over a connection.
class DiscoveryTest {
  @TempDir private Path directory;
  private TestNetwork network;

  @BeforeEach
  void start() throws Exception {
    network = new TestNetwork(directory);
    ByteString policy =
        ApplicationPolicy.newBuilder()
            .setSignaturePolicy(PolicyLanguage.parse("AND('Org1MSP.peer', 'Org2MSP.peer')"))
            .build()
            .toByteString();
    network.channel.chaincodes.put("basic", new DefinedChaincode(1, policy, List.of()));
  }

  @AfterEach
  void stop() throws Exception {
    network.close();
  }

  private List<QueryResult> ask(SigningIdentity client, Query... queries) throws Exception {
    ByteString request =
        Request.newBuilder()
            .setAuthentication(AuthInfo.newBuilder().setClientIdentity(client.serialized()))
            .addAllQueries(List.of(queries))
            .build()
            .toByteString();
    return DiscoveryGrpc.newBlockingStub(network.connect())
        .discover(
            SignedRequest.newBuilder()
                .setPayload(request)
                .setSignature(client.sign(request))
                .build())
        .getResultsList();
  }

  private static Query.Builder inChannel() {
    return Query.newBuilder().setChannel(TestOrganizations.CHANNEL);
  }

  @Test
  void membersLearnPeersConfigurationAndEndorsers() throws Exception {
    ChaincodeInterest basic =
        ChaincodeInterest.newBuilder()
            .addChaincodes(ChaincodeCall.newBuilder().setName("basic"))
            .build();
    List<QueryResult> results =
        ask(
            network.organizations.client(2),
            inChannel().setPeerQuery(PeerMembershipQuery.getDefaultInstance()).build(),
            inChannel().setConfigQuery(ConfigQuery.getDefaultInstance()).build(),
            inChannel().setCcQuery(ChaincodeQuery.newBuilder().addInterests(basic)).build());
    assertThat(results.get(0).getMembers().getPeersByOrgMap().get("Org2MSP").getPeersList())
        .hasSize(2);
    assertThat(results.get(1).getConfigResult().getMspsMap())
        .containsOnlyKeys("Org1MSP", "Org2MSP", "OrdererMSP");
    assertThat(
            results.get(1).getConfigResult().getOrderersMap().get("OrdererMSP").getEndpointList())
        .singleElement()
        .satisfies(endpoint -> assertThat(endpoint.getHost()).isEqualTo("127.0.0.1"));
    EndorsementDescriptor descriptor = results.get(2).getCcQueryRes().getContent(0);
    assertThat(descriptor.getChaincode()).isEqualTo("basic");
    assertThat(descriptor.getLayoutsList())
        .singleElement()
        .satisfies(layout -> assertThat(layout.getQuantitiesByGroupMap()).hasSize(2));
  }

  @Test
  void strangersAndForgersAreDenied() throws Exception {
    SigningIdentity client = network.organizations.client(2);
    Query local = Query.newBuilder().setLocalPeers(LocalPeerQuery.getDefaultInstance()).build();
    Query elsewhere =
        Query.newBuilder()
            .setChannel("otherchannel")
            .setConfigQuery(ConfigQuery.getDefaultInstance())
            .build();
    assertThat(ask(client, local, elsewhere))
        .allSatisfy(
            result -> assertThat(result.getError().getContent()).isEqualTo("access denied"));
    assertThat(ask(network.organizations.client(1), local).getFirst().getMembers())
        .satisfies(members -> assertThat(members.getPeersByOrgMap()).hasSize(2));
    Request unsigned =
        Request.newBuilder()
            .setAuthentication(AuthInfo.newBuilder().setClientIdentity(client.serialized()))
            .addQueries(inChannel().setConfigQuery(ConfigQuery.getDefaultInstance()))
            .build();
    var stub = DiscoveryGrpc.newBlockingStub(network.connect());
    assertThat(
            stub.discover(SignedRequest.newBuilder().setPayload(unsigned.toByteString()).build())
                .getResults(0)
                .getError()
                .getContent())
        .isEqualTo("access denied");
    assertThatThrownBy(() -> stub.discover(SignedRequest.getDefaultInstance()))
        .hasMessageContaining("access denied, no authentication info in request");
  }

  @Test
  void questionsWithoutSenseAreAnsweredWithErrors() throws Exception {
    List<QueryResult> results =
        ask(
            network.organizations.client(1),
            inChannel().build(),
            inChannel().setCcQuery(ChaincodeQuery.getDefaultInstance()).build(),
            inChannel()
                .setCcQuery(
                    ChaincodeQuery.newBuilder()
                        .addInterests(
                            ChaincodeInterest.newBuilder()
                                .addChaincodes(ChaincodeCall.newBuilder().setName("none"))))
                .build());
    assertThat(results.stream().map(result -> result.getError().getContent()))
        .satisfiesExactly(
            error -> assertThat(error).isEqualTo("unknown or missing request type"),
            error ->
                assertThat(error)
                    .isEqualTo("chaincode query must have at least one chaincode interest"),
            error -> assertThat(error).startsWith("failed constructing descriptor for "));
  }
}
