package io.denim.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.denim.chaincode.ChaincodePackager;
import io.denim.chaincode.ChaincodeStarter;
import io.denim.chaincode.LaunchException;
import io.denim.chaincode.PackageStore;
import io.denim.chaincode.ShimHost;
import io.denim.chaincode.SystemChaincode;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerProvider;
import io.denim.ledger.PeerLedger;
import io.denim.ledger.TransactionSimulator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.CollectionPolicyConfig;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.CheckCommitReadinessArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.CheckCommitReadinessResult;
import org.hyperledger.fabric.protos.peer.lifecycle.CommitChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.GetInstalledChaincodePackageArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.GetInstalledChaincodePackageResult;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodesArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodesResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `_lifecycle` refuses, and in which words, on a channel where nothing is defined yet.
class LifecycleChaincodeTest {
  @TempDir Path folder;
  private final Builder builder = new Builder();
  private Optional<ChannelConfig> config = Optional.empty();
  private Optional<String> refusal = Optional.empty();
  private LedgerProvider provider;
  private PeerLedger ledger;
  private LifecycleChaincode lifecycle;

  @BeforeEach
  void open() throws Exception {
    Path golden = Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25");
    Block genesis = Block.parseFrom(Files.readAllBytes(golden.resolve("genesis.block")));
    config = Optional.of(ChannelConfig.ofBlock(genesis, SignatureVerifier.create()));
    LifecycleChannels channels =
        new LifecycleChannels() {
          @Override
          public Optional<ChannelConfig> config(String channelId) {
            return channelId.equals("ch") ? config : Optional.empty();
          }

          @Override
          public Optional<String> accessRefusal(
              String resource, String channelId, Optional<SignedProposal> proposal) {
            return refusal;
          }
        };
    ChaincodeDefinitions definitions =
        new ChaincodeDefinitions(channels, new ImplicitCollections("Org1MSP", 0, 1));
    provider = LedgerProvider.open(LedgerOptions.at(folder.resolve("ledger")), definitions);
    ledger = provider.create(genesis);
    lifecycle =
        new LifecycleChaincode(
            "Org1MSP",
            channels,
            definitions,
            new LifecycleCache("Org1MSP", List.of()),
            PackageStore.open(folder.resolve("packages")),
            builder);
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void packagesAreInstalledOnceAndHandedOut() throws Exception {
    ByteString bytes = ChaincodePackager.packServer("localhost:9999", "cc_1");
    InstallChaincodeArgs install =
        InstallChaincodeArgs.newBuilder().setChaincodeInstallPackage(bytes).build();
    builder.failure = Optional.of("no compiler");
    assertThat(outside("InstallChaincode", install).getMessage())
        .isEqualTo(
            "failed to invoke backing implementation of 'InstallChaincode': could not build"
                + " chaincode: no compiler");
    builder.failure = Optional.empty();
    InstallChaincodeResult installed =
        InstallChaincodeResult.parseFrom(outside("InstallChaincode", install).getPayload());
    assertThat(installed.getLabel()).isEqualTo("cc_1");
    assertThat(outside("InstallChaincode", install).getMessage())
        .endsWith(
            "chaincode already successfully installed (package ID '"
                + installed.getPackageId()
                + "')");
    QueryInstalledChaincodesResult all =
        QueryInstalledChaincodesResult.parseFrom(
            outside("QueryInstalledChaincodes", QueryInstalledChaincodesArgs.getDefaultInstance())
                .getPayload());
    assertThat(all.getInstalledChaincodesList())
        .singleElement()
        .matches(each -> each.getPackageId().equals(installed.getPackageId()));
    GetInstalledChaincodePackageArgs get =
        GetInstalledChaincodePackageArgs.newBuilder()
            .setPackageId(installed.getPackageId())
            .build();
    assertThat(
            GetInstalledChaincodePackageResult.parseFrom(
                    outside("GetInstalledChaincodePackage", get).getPayload())
                .getChaincodeInstallPackage())
        .isEqualTo(bytes);
    assertThat(
            outside(
                    "QueryInstalledChaincode",
                    QueryInstalledChaincodeArgs.newBuilder().setPackageId("none:1").build())
                .getMessage())
        .endsWith("could not find chaincode with package id 'none:1'");
    InstallChaincodeArgs garbage =
        InstallChaincodeArgs.newBuilder()
            .setChaincodeInstallPackage(ByteString.copyFromUtf8("garbage"))
            .build();
    assertThat(outside("InstallChaincode", garbage).getMessage())
        .contains("could not parse as a chaincode install package: error reading as gzip stream");
  }

  @Test
  void callsOfTheWrongFormAreRefused() {
    assertThat(call("ch").getMessage()).isEqualTo("lifecycle scc must be invoked with arguments");
    assertThat(call("ch", ByteString.EMPTY).getMessage())
        .isEqualTo("lifecycle scc operations require exactly two arguments but received 1");
    assertThat(call("ch", utf8("Nothing"), ByteString.EMPTY).getMessage())
        .isEqualTo(
            "failed to invoke backing implementation of 'Nothing': receiver"
                + " *lifecycle.Invocation.Nothing does not exist");
    assertThat(call("ch", utf8("CheckCommitReadiness"), utf8("\u0007garbage")).getMessage())
        .contains("could not decode input arg for *lifecycle.Invocation.CheckCommitReadiness");
    assertThat(call("elsewhere", utf8("CheckCommitReadiness"), ByteString.EMPTY).getMessage())
        .isEqualTo("could not get channelconfig for channel 'elsewhere'");
    refusal = Optional.of("not an admin");
    assertThat(call("ch", utf8("CheckCommitReadiness"), ByteString.EMPTY).getMessage())
        .isEqualTo("Failed to authorize invocation due to failed ACL check: not an admin");
  }

  @Test
  void approvalsFollowTheRulesOfSequencesAndNames() {
    assertApproval("cc", "1.0", 1, "");
    assertApproval(
        "cc", "1.0", 0, "requested sequence is 0, but first definable sequence number is 1");
    assertApproval(
        "cc", "1.0", 2, "requested sequence 2 is larger than the next available sequence number 1");
    assertApproval(
        "_cc",
        "1.0",
        1,
        "error validating chaincode definition: invalid chaincode name '_cc'. Names can only"
            + " consist of alphanumerics, '_', and '-' and can only begin with alphanumerics");
    assertApproval(
        "qscc",
        "1.0",
        1,
        "error validating chaincode definition: chaincode name 'qscc' is the name of a system"
            + " chaincode");
    assertApproval(
        "cc",
        "1 0",
        1,
        "error validating chaincode definition: invalid chaincode version '1 0'. Versions can only"
            + " consist of alphanumerics, '_', '-', '+', and '.'");
  }

  @Test
  void collectionsMustMakeSense() {
    assertCollection(collection("c", "Org1MSP", 0, 1), "");
    assertCollection(
        collection("_c", "Org1MSP", 0, 1),
        "invalid collection name '_c'. Names can only consist of alphanumerics, '_', and '-' and"
            + " cannot begin with '_'");
    assertCollection(
        collection("c", "Org9MSP", 0, 1),
        "collection-name: c -- collection member 'Org9MSP' is not part of the channel");
    assertCollection(
        collection("c", "Org1MSP", 2, 1),
        "collection-name: c -- maximum peer count (1) cannot be less than the required peer count"
            + " (2)");
    assertCollection(
        collection("c", "Org1MSP", -1, 1),
        "collection-name: c -- requiredPeerCount (-1) cannot be less than zero");
    StaticCollectionConfig both = collection("c", "Org1MSP", 0, 1);
    SignaturePolicyEnvelope.Builder and =
        both.getMemberOrgsPolicy().getSignaturePolicy().toBuilder();
    and.getRuleBuilder().getNOutOfBuilder().setN(2).addRules(and.getRule().getNOutOf().getRules(0));
    assertCollection(
        both.toBuilder()
            .setMemberOrgsPolicy(CollectionPolicyConfig.newBuilder().setSignaturePolicy(and))
            .build(),
        "collection-name: c -- error in member org policy: signature policy is not an OR"
            + " concatenation, NOutOf 2");
    assertCollection(
        both.toBuilder().clearMemberOrgsPolicy().build(),
        "collection member policy is not set for collection 'c'");
  }

  @Test
  void commitsNeedTheNextSequenceAndTheOwnApproval() throws Exception {
    CheckCommitReadinessArgs ready =
        CheckCommitReadinessArgs.newBuilder().setName("cc").setVersion("1").setSequence(1).build();
    CheckCommitReadinessResult result =
        CheckCommitReadinessResult.parseFrom(
            call("ch", utf8("CheckCommitReadiness"), ready.toByteString()).getPayload());
    assertThat(result.getApprovalsMap())
        .containsEntry("Org1MSP", false)
        .containsEntry("Org2MSP", false);
    assertThat(result.getMismatchesMap().get("Org1MSP").getItemsList())
        .containsExactly("ChaincodeParameters");
    CommitChaincodeDefinitionArgs commit =
        CommitChaincodeDefinitionArgs.newBuilder()
            .setName("cc")
            .setVersion("1")
            .setSequence(1)
            .build();
    assertThat(inside("CommitChaincodeDefinition", commit).getMessage())
        .endsWith("chaincode definition not agreed to by this org (Org1MSP)");
    assertThat(
            inside("CommitChaincodeDefinition", commit.toBuilder().setSequence(3).build())
                .getMessage())
        .endsWith("requested sequence is 3, but new definition must be sequence 1");
    Response unknown =
        inside(
            "QueryChaincodeDefinition",
            QueryChaincodeDefinitionArgs.newBuilder().setName("cc").build());
    assertThat(unknown.getStatus()).isEqualTo(404);
    assertThat(unknown.getMessage()).isEqualTo("namespace cc is not defined");
    assertThat(
            inside(
                    "QueryApprovedChaincodeDefinition",
                    QueryApprovedChaincodeDefinitionArgs.newBuilder().setName("cc").build())
                .getMessage())
        .endsWith(
            "could not fetch approved chaincode definition (name: 'cc', sequence: '0') on channel"
                + " 'ch'");
  }

  private void assertApproval(String name, String version, long sequence, String problem) {
    ApproveChaincodeDefinitionForMyOrgArgs arguments =
        ApproveChaincodeDefinitionForMyOrgArgs.newBuilder()
            .setName(name)
            .setVersion(version)
            .setSequence(sequence)
            .build();
    assertOutcome(arguments, problem);
  }

  private void assertCollection(StaticCollectionConfig collection, String problem) {
    ApproveChaincodeDefinitionForMyOrgArgs arguments =
        ApproveChaincodeDefinitionForMyOrgArgs.newBuilder()
            .setName("cc")
            .setVersion("1")
            .setSequence(1)
            .setCollections(
                CollectionConfigPackage.newBuilder()
                    .addConfig(CollectionConfig.newBuilder().setStaticCollectionConfig(collection)))
            .build();
    assertOutcome(
        arguments, problem.isEmpty() ? "" : "error validating chaincode definition: " + problem);
  }

  private void assertOutcome(MessageLite arguments, String problem) {
    Response response = inside("ApproveChaincodeDefinitionForMyOrg", arguments);
    assertThat(response.getMessage())
        .isEqualTo(
            problem.isEmpty()
                ? ""
                : "failed to invoke backing implementation of"
                    + " 'ApproveChaincodeDefinitionForMyOrg': "
                    + problem);
    assertThat(response.getStatus()).isEqualTo(problem.isEmpty() ? 200 : 500);
  }

  private static StaticCollectionConfig collection(
      String name, String mspId, int required, int maximum) {
    return StaticCollectionConfig.newBuilder()
        .setName(name)
        .setRequiredPeerCount(required)
        .setMaximumPeerCount(maximum)
        .setMemberOrgsPolicy(
            CollectionPolicyConfig.newBuilder()
                .setSignaturePolicy(ImplicitCollections.signedByMember(mspId)))
        .build();
  }

  private Response inside(String function, MessageLite argument) {
    return call("ch", utf8(function), argument.toByteString());
  }

  private Response outside(String function, MessageLite argument) {
    return lifecycle.invoke(
        new SystemChaincode.Call(
            "",
            "tx",
            List.of(utf8(function), argument.toByteString()),
            Optional.empty(),
            Optional.empty()));
  }

  private Response call(String channelId, ByteString... arguments) {
    try (TransactionSimulator simulator = ledger.simulator("tx")) {
      return lifecycle.invoke(
          new SystemChaincode.Call(
              channelId, "tx", List.of(arguments), Optional.empty(), Optional.of(simulator)));
    }
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static final class Builder implements ChaincodeStarter {
    private Optional<String> failure = Optional.empty();

    @Override
    public void build(String packageId) throws LaunchException {
      if (failure.isPresent()) {
        throw new LaunchException(failure.get());
      }
    }

    @Override
    public String run(String packageId, ShimHost host) {
      return "";
    }

    @Override
    public void close() {}
  }
}
