package io.denim.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.gateway.EndorsementLayouts.Outcome;
import io.denim.identity.SigningIdentity;
import io.denim.policy.PolicyLanguage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which peers can endorse what: two organizations with two peers each.
class EndorsementAnalysisTest {
  @TempDir private static Path directory;
  private static TestOrganizations organizations;
  private static ChannelConfig config;

  private final List<ChannelPeer> peers = new ArrayList<>();
  private final Map<String, DefinedChaincode> chaincodes = new HashMap<>();

  @BeforeAll
  static void generate() throws Exception {
    organizations = new TestOrganizations(directory);
    config = organizations.channel(List.of("orderer.example.com:7050"));
  }

  @BeforeEach
  void join() throws Exception {
    for (int organization = 1; organization <= 2; organization++) {
      for (int index = 0; index < 2; index++) {
        peers.add(peer(organization, index, Map.of("basic", "1", "other", "1")));
      }
    }
  }

  private static ChannelPeer peer(int organization, int index, Map<String, String> chaincodes)
      throws Exception {
    SigningIdentity identity = organizations.peer(organization, index);
    String name = "peer" + index + ".org" + organization;
    KnownPeer known =
        new KnownPeer(identity.mspId(), identity.serialized(), name, Envelope.getDefaultInstance());
    return new ChannelPeer(known, 5, chaincodes, Envelope.getDefaultInstance());
  }

  private void define(String name, String policy, StaticCollectionConfig... collections)
      throws Exception {
    chaincodes.put(name, new DefinedChaincode(1, signature(policy), List.of(collections)));
  }

  private static ByteString signature(String policy) throws Exception {
    return ApplicationPolicy.newBuilder()
        .setSignaturePolicy(PolicyLanguage.parse(policy))
        .build()
        .toByteString();
  }

  private static StaticCollectionConfig collection(
      String name, String members, Optional<String> endorsement) throws Exception {
    StaticCollectionConfig.Builder collection = StaticCollectionConfig.newBuilder().setName(name);
    collection.getMemberOrgsPolicyBuilder().setSignaturePolicy(PolicyLanguage.parse(members));
    if (endorsement.isPresent()) {
      collection
          .getEndorsementPolicyBuilder()
          .setSignaturePolicy(PolicyLanguage.parse(endorsement.get()));
    }
    return collection.build();
  }

  private Outcome layouts(ChaincodeCall.Builder... calls) {
    ChaincodeInterest.Builder interest = ChaincodeInterest.newBuilder();
    for (ChaincodeCall.Builder call : calls) {
      interest.addChaincodes(call);
    }
    return new EndorsementAnalysis(config, peers, name -> Optional.ofNullable(chaincodes.get(name)))
        .layouts(interest.build());
  }

  private static ChaincodeCall.Builder call(String name) {
    return ChaincodeCall.newBuilder().setName(name);
  }

  /// Each layout as the endpoints of its groups with their quantities.
  private static List<Map<List<String>, Integer>> found(Outcome outcome) {
    EndorsementLayouts layouts = ((Outcome.Found) outcome).layouts();
    return layouts.layouts().stream()
        .map(layout -> {
          Map<List<String>, Integer> readable = new HashMap<>();
          layout.forEach((group, quantity) ->
              readable.put(
                  layouts.endorsers().get(group).stream()
                      .map(peer -> peer.peer().endpoint())
                      .toList(),
                  quantity));
          return readable;
        })
        .toList();
  }

  private static final List<String> ORG1 = List.of("peer0.org1", "peer1.org1");
  private static final List<String> ORG2 = List.of("peer0.org2", "peer1.org2");

  @Test
  void eitherOrBoth() throws Exception {
    define("basic", "OR('Org1MSP.peer', 'Org2MSP.peer')");
    assertThat(found(layouts(call("basic")))).containsExactly(Map.of(ORG1, 1), Map.of(ORG2, 1));
    define("basic", "AND('Org1MSP.peer', 'Org2MSP.peer')");
    assertThat(found(layouts(call("basic")))).containsExactly(Map.of(ORG1, 1, ORG2, 1));
    define("basic", "OutOf(2, 'Org1MSP.peer', 'Org1MSP.peer', 'Org2MSP.peer')");
    assertThat(found(layouts(call("basic"))))
        .containsExactlyInAnyOrder(
            Map.of(ORG1, 2), Map.of(ORG1, 1, ORG2, 1), Map.of(ORG1, 1, ORG2, 1));
  }

  @Test
  void theChannelsPolicyCountsWhereTheDefinitionRefersToIt() throws Exception {
    ByteString reference =
        ApplicationPolicy.newBuilder()
            .setChannelConfigPolicyReference("/Channel/Application/Endorsement")
            .build()
            .toByteString();
    chaincodes.put("basic", new DefinedChaincode(1, reference, List.of()));
    assertThat(found(layouts(call("basic")))).containsExactly(Map.of(ORG1, 1, ORG2, 1));
  }

  @Test
  void peersNeedTheChaincodeInItsSequence() throws Exception {
    define("basic", "AND('Org1MSP.peer', 'Org2MSP.peer')");
    peers.set(2, peer(2, 0, Map.of("basic", "2")));
    assertThat(found(layouts(call("basic"))))
        .containsExactly(Map.of(ORG1, 1, List.of("peer1.org2"), 1));
    peers.set(3, peer(2, 1, Map.of()));
    assertThat(layouts(call("basic")))
        .isEqualTo(
            new Outcome.Impossible("required chaincodes are not installed on sufficient peers"));
  }

  @Test
  void calledChaincodesPoliciesAreMerged() throws Exception {
    define("basic", "OR('Org1MSP.peer', 'Org2MSP.peer')");
    define("other", "OR('Org2MSP.member')");
    assertThat(found(layouts(call("basic"), call("other")))).containsExactly(Map.of(ORG2, 1));
  }

  @Test
  void keyPoliciesReplaceOrAddToTheChaincodes() throws Exception {
    define("basic", "OR('Org1MSP.peer')");
    ChaincodeCall.Builder both =
        call("basic").addKeyPolicies(PolicyLanguage.parse("OR('Org2MSP.peer')"));
    assertThat(found(layouts(both))).containsExactly(Map.of(ORG1, 1, ORG2, 1));
    assertThat(found(layouts(both.setDisregardNamespacePolicy(true))))
        .containsExactly(Map.of(ORG2, 1));
  }

  @Test
  void collectionsNeedTheirMembersOrTheirOwnPolicy() throws Exception {
    define(
        "basic",
        "OR('Org1MSP.peer', 'Org2MSP.peer')",
        collection("of1", "OR('Org1MSP.member')", Optional.empty()),
        collection("own2", "OR('Org1MSP.member')", Optional.of("OR('Org2MSP.peer')")));
    assertThat(found(layouts(call("basic").addCollectionNames("of1"))))
        .containsExactly(Map.of(ORG1, 1));
    assertThat(found(layouts(call("basic").addCollectionNames("own2").setNoPrivateReads(true))))
        .containsExactly(Map.of(ORG2, 1));
    assertThat(layouts(call("basic").addCollectionNames("own2")))
        .isEqualTo(
            new Outcome.Impossible("no peer combination can satisfy the endorsement policy"));
    assertThat(found(layouts(call("basic").addCollectionNames("_implicit_org_Org2MSP"))))
        .containsExactly(Map.of(ORG2, 1));
    assertThat(layouts(call("basic").addCollectionNames("none")))
        .isEqualTo(
            new Outcome.Impossible(
                "collection none doesn't exist in collection config for chaincode basic"));
  }

  @Test
  void whatIsNotDefinedCannotBeEndorsed() throws Exception {
    assertThat(layouts(call("basic")))
        .isEqualTo(
            new Outcome.Impossible(
                "No metadata was found for chaincode basic in channel mychannel"));
    define("basic", "OR('Org9MSP.peer')");
    assertThat(layouts(call("basic")))
        .isEqualTo(
            new Outcome.Impossible("no peer combination can satisfy the endorsement policy"));
  }
}
