package io.denim.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.identity.EnvelopeSigner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeSource;
import org.hyperledger.fabric.protos.peer.lifecycle.CommitChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;

/// What administrators do with chaincode, over the `_lifecycle` chaincode (fabric v3.1.5
/// internal/peer/lifecycle/chaincode).
public final class LifecycleClient {
  private static final String LIFECYCLE = "_lifecycle";

  /// How peers, Fabric's and Denim's, refuse a package that they hold.
  private static final Pattern ALREADY_INSTALLED =
      Pattern.compile("chaincode already successfully installed \\(package ID '([^']+)'\\)");

  private LifecycleClient() {}

  /// A chaincode definition, as approved and committed.
  ///
  /// @param validationParameter a policy or a reference to one; empty for the channel's default
  public record Definition(
      String name,
      String version,
      long sequence,
      ByteString validationParameter,
      Optional<CollectionConfigPackage> collections,
      boolean initRequired) {}

  /// Installs a package on one peer; nothing happens if it is there already.
  ///
  /// @return the package's id
  /// @throws ClientException if the peer refuses it
  public static String install(
      NodeClient peer, EnvelopeSigner signer, ByteString chaincodePackage, Duration patience)
      throws ClientException {
    InstallChaincodeArgs arguments =
        InstallChaincodeArgs.newBuilder().setChaincodeInstallPackage(chaincodePackage).build();
    Response response =
        peer.propose(
                TransactionProposal.of(call("", "InstallChaincode", arguments), signer).signed(),
                patience)
            .getResponse();
    if (response.getStatus() != 200) {
      Matcher already = ALREADY_INSTALLED.matcher(response.getMessage());
      if (already.find()) {
        return already.group(1);
      }
      throw new ClientException(
          "chaincode install failed on "
              + peer.address()
              + " with status: "
              + response.getStatus()
              + " - "
              + response.getMessage());
    }
    try {
      return InstallChaincodeResult.parseFrom(response.getPayload()).getPackageId();
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("peer " + peer.address() + " answered with garbage", e);
    }
  }

  /// Approves a definition for the organization of the client's peers.
  ///
  /// @param packageId what the organization's peers will run, empty for none
  /// @throws ClientException if it cannot be approved or does not commit
  public static void approve(
      TransactionClient client, String channelId, Definition definition, String packageId)
      throws ClientException, InterruptedException {
    ChaincodeSource source =
        packageId.isEmpty()
            ? ChaincodeSource.newBuilder()
                .setUnavailable(ChaincodeSource.Unavailable.getDefaultInstance())
                .build()
            : ChaincodeSource.newBuilder()
                .setLocalPackage(ChaincodeSource.Local.newBuilder().setPackageId(packageId))
                .build();
    ApproveChaincodeDefinitionForMyOrgArgs.Builder arguments =
        ApproveChaincodeDefinitionForMyOrgArgs.newBuilder()
            .setName(definition.name())
            .setVersion(definition.version())
            .setSequence(definition.sequence())
            .setValidationParameter(definition.validationParameter())
            .setInitRequired(definition.initRequired())
            .setSource(source);
    definition.collections().ifPresent(arguments::setCollections);
    client.submit(call(channelId, "ApproveChaincodeDefinitionForMyOrg", arguments.build()));
  }

  /// Commits a definition that enough organizations approved.
  ///
  /// @throws ClientException if they did not, or it does not commit
  public static void commit(TransactionClient client, String channelId, Definition definition)
      throws ClientException, InterruptedException {
    CommitChaincodeDefinitionArgs.Builder arguments =
        CommitChaincodeDefinitionArgs.newBuilder()
            .setName(definition.name())
            .setVersion(definition.version())
            .setSequence(definition.sequence())
            .setValidationParameter(definition.validationParameter())
            .setInitRequired(definition.initRequired());
    definition.collections().ifPresent(arguments::setCollections);
    client.submit(call(channelId, "CommitChaincodeDefinition", arguments.build()));
  }

  /// The committed definition of a chaincode, empty if there is none.
  ///
  /// @throws ClientException if the peer cannot be asked
  public static Optional<QueryChaincodeDefinitionResult> committed(
      TransactionClient client, String channelId, String name) throws ClientException {
    QueryChaincodeDefinitionArgs arguments =
        QueryChaincodeDefinitionArgs.newBuilder().setName(name).build();
    TransactionProposal proposal =
        TransactionProposal.of(
            call(channelId, "QueryChaincodeDefinition", arguments), client.signer());
    Response response =
        client.peers().getFirst().propose(proposal.signed(), client.patience()).getResponse();
    if (response.getStatus() == 404) {
      return Optional.empty();
    }
    if (response.getStatus() != 200) {
      throw new ClientException(
          "query failed with status: " + response.getStatus() + " - " + response.getMessage());
    }
    try {
      return Optional.of(QueryChaincodeDefinitionResult.parseFrom(response.getPayload()));
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("the peer answered with garbage", e);
    }
  }

  /// The package that the organization of the client's first peer runs a chaincode by, as it
  /// approved last; empty if it approved nothing, or no package.
  ///
  /// @throws ClientException if the peer cannot be asked
  public static Optional<String> approvedPackage(
      TransactionClient client, String channelId, String name) throws ClientException {
    QueryApprovedChaincodeDefinitionArgs arguments =
        QueryApprovedChaincodeDefinitionArgs.newBuilder().setName(name).build();
    TransactionProposal proposal =
        TransactionProposal.of(
            call(channelId, "QueryApprovedChaincodeDefinition", arguments), client.signer());
    Response response =
        client.peers().getFirst().propose(proposal.signed(), client.patience()).getResponse();
    if (response.getStatus() != 200) {
      return Optional.empty();
    }
    try {
      String packageId =
          QueryApprovedChaincodeDefinitionResult.parseFrom(response.getPayload())
              .getSource()
              .getLocalPackage()
              .getPackageId();
      return packageId.isEmpty() ? Optional.empty() : Optional.of(packageId);
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("the peer answered with garbage", e);
    }
  }

  private static TransactionProposal.Call call(
      String channelId, String function, Message arguments) {
    return TransactionProposal.Call.of(
        channelId, LIFECYCLE, List.of(ByteString.copyFromUtf8(function), arguments.toByteString()));
  }
}
