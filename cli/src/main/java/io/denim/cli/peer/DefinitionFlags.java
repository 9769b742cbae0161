package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.denim.cli.ApplicationPolicies;
import io.denim.cli.ClientException;
import io.denim.cli.CollectionsFile;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import java.nio.file.Path;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeSource;
import org.hyperledger.fabric.protos.peer.lifecycle.CheckCommitReadinessArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.CommitChaincodeDefinitionArgs;

/// A chaincode definition on the command line (fabric v3.1.5
/// internal/peer/lifecycle/chaincode/common.go, approveformyorg.go).
final class DefinitionFlags {
  private DefinitionFlags() {}

  static FlagSet flags(FlagSet set) {
    return set.text("name", "n", "Name of the chaincode")
        .text("version", "v", "Version of the chaincode")
        .text("channelID", "C", "The channel on which this command should be executed")
        .number("sequence", "", "The sequence number of the chaincode definition for the channel")
        .text("signature-policy", "", "The endorsement policy as a signature policy")
        .text("channel-config-policy", "", "The endorsement policy as a policy of the channel")
        .text("endorsement-plugin", "E", "The name of the endorsement plugin")
        .text("validation-plugin", "V", "The name of the validation plugin")
        .text("collections-config", "", "The path to the collection JSON file")
        .toggle("init-required", "", false, "Whether the chaincode requires invoking 'init'")
        .toggle("inspect", "", false, "Tell what differs where an approval is false");
  }

  private record Definition(ByteString policy, CollectionConfigPackage collections) {
    static Definition of(Flags flags) throws UsageException, ClientException {
      require(flags, "channelID", "-C");
      require(flags, "name", "-n");
      require(flags, "version", "-v");
      if (flags.number("sequence") == 0) {
        throw new UsageException(
            "The required parameter 'sequence' is empty. Rerun the command with --sequence flag");
      }
      String signature = flags.text("signature-policy");
      String channel = flags.text("channel-config-policy");
      ByteString policy =
          signature.isEmpty() && channel.isEmpty()
              ? ByteString.EMPTY
              : ApplicationPolicies.of(signature, channel).toByteString();
      String file = flags.text("collections-config");
      return new Definition(
          policy,
          file.isEmpty()
              ? CollectionConfigPackage.getDefaultInstance()
              : CollectionsFile.read(Path.of(file)));
    }

    boolean hasCollections() {
      return collections.getConfigCount() > 0;
    }
  }

  private static void require(Flags flags, String name, String letter) throws UsageException {
    if (flags.text(name).isEmpty()) {
      throw new UsageException(
          "The required parameter '"
              + name
              + "' is empty. Rerun the command with "
              + letter
              + " flag");
    }
  }

  static Message approval(Flags flags) throws UsageException, ClientException {
    Definition definition = Definition.of(flags);
    String packageId = flags.text("package-id");
    ChaincodeSource source =
        packageId.isEmpty()
            ? ChaincodeSource.newBuilder()
                .setUnavailable(ChaincodeSource.Unavailable.getDefaultInstance())
                .build()
            : ChaincodeSource.newBuilder()
                .setLocalPackage(ChaincodeSource.Local.newBuilder().setPackageId(packageId))
                .build();
    var arguments =
        ApproveChaincodeDefinitionForMyOrgArgs.newBuilder()
            .setName(flags.text("name"))
            .setVersion(flags.text("version"))
            .setSequence(flags.number("sequence"))
            .setEndorsementPlugin(flags.text("endorsement-plugin"))
            .setValidationPlugin(flags.text("validation-plugin"))
            .setValidationParameter(definition.policy())
            .setInitRequired(flags.on("init-required"))
            .setSource(source);
    if (definition.hasCollections()) {
      arguments.setCollections(definition.collections());
    }
    return arguments.build();
  }

  static Message commit(Flags flags) throws UsageException, ClientException {
    Definition definition = Definition.of(flags);
    var arguments =
        CommitChaincodeDefinitionArgs.newBuilder()
            .setName(flags.text("name"))
            .setVersion(flags.text("version"))
            .setSequence(flags.number("sequence"))
            .setEndorsementPlugin(flags.text("endorsement-plugin"))
            .setValidationPlugin(flags.text("validation-plugin"))
            .setValidationParameter(definition.policy())
            .setInitRequired(flags.on("init-required"));
    if (definition.hasCollections()) {
      arguments.setCollections(definition.collections());
    }
    return arguments.build();
  }

  static Message readiness(Flags flags) throws UsageException, ClientException {
    Definition definition = Definition.of(flags);
    var arguments =
        CheckCommitReadinessArgs.newBuilder()
            .setName(flags.text("name"))
            .setVersion(flags.text("version"))
            .setSequence(flags.number("sequence"))
            .setEndorsementPlugin(flags.text("endorsement-plugin"))
            .setValidationPlugin(flags.text("validation-plugin"))
            .setValidationParameter(definition.policy())
            .setInitRequired(flags.on("init-required"));
    if (definition.hasCollections()) {
      arguments.setCollections(definition.collections());
    }
    return arguments.build();
  }
}
