package io.denim.cli.configtx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigtxYaml;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import io.denim.cli.ClientException;
import io.denim.cli.command.CommandLog;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;

/// The `configtxgen` executable: first blocks of channels from `configtx.yaml`, and configuration
/// as JSON (fabric v3.1.5 cmd/configtxgen).
public final class ConfigtxgenTool {
  private static final String MODULE = "common.tools.configtxgen";

  private final CommandLog log;
  private final Flags flags;

  private ConfigtxgenTool(CommandLog log, Flags flags) {
    this.log = log;
    this.flags = flags;
  }

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  /// Does what the command line asks for; returns the exit status.
  public static int run(List<String> arguments) {
    CommandLog log = new CommandLog(System.err, InstantSource.system(), System.getenv());
    FlagSet set = flagSet();
    try {
      Flags flags = set.parse(arguments);
      if (flags.help()) {
        System.err.print("Usage of configtxgen:\n" + set.usages());
      } else if (flags.on("version")) {
        System.out.println(Version.text("configtxgen"));
      } else {
        new ConfigtxgenTool(log, flags).run();
      }
      return 0;
    } catch (UsageException e) {
      System.err.print(e.getMessage() + "\nUsage of configtxgen:\n" + set.usages());
      return 2;
    } catch (ClientException e) {
      log.fatal(MODULE, "main", String.valueOf(e.getMessage()));
      return 1;
    }
  }

  private static FlagSet flagSet() {
    return new FlagSet(FlagSet.Dialect.GO)
        .text("asOrg", "", "Has no effect, as in Fabric since v3.0")
        .text(
            "channelCreateTxBaseProfile",
            "",
            "[DEPRECATED] The profile of the system channel that a channel creation is made for")
        .text("channelID", "", "The channel ID to use in the configtx")
        .text("configPath", "", "The folder with the configuration to use (if set)")
        .text("inspectBlock", "", "Prints the configuration in the block of this file")
        .text("inspectChannelCreateTx", "", "[DEPRECATED] Prints the transaction of this file")
        .text("outputBlock", "", "The file for the genesis block (if set)")
        .text("outputCreateChannelTx", "", "[DEPRECATED] The file for a channel creation (if set)")
        .text("printOrg", "", "Prints the definition of an organization as JSON")
        .text("profile", "", "The profile of configtx.yaml to use")
        .toggle("version", "", false, "Show version information");
  }

  private void run() throws ClientException {
    String block = flags.text("outputBlock");
    String creation = flags.text("outputCreateChannelTx");
    boolean output = !block.isEmpty() || !creation.isEmpty();
    if (output && flags.text("channelID").isEmpty()) {
      throw new ClientException("Missing channelID, please specify it with '-channelID'");
    }
    log.info(MODULE, "main", "Loading configuration");
    if (output && flags.text("profile").isEmpty()) {
      throw new ClientException(
          "The '-profile' is required when '-outputBlock', '-outputChannelCreateTx' is specified");
    }
    if (!block.isEmpty()) {
      outputBlock(Path.of(block));
    }
    if (!creation.isEmpty()) {
      outputCreation(Path.of(creation));
    }
    if (flags.given("inspectBlock")) {
      inspectBlock();
    }
    if (flags.given("inspectChannelCreateTx")) {
      inspectTransaction();
    }
    if (flags.given("printOrg")) {
      printOrganization();
    }
  }

  private void outputBlock(Path file) throws ClientException {
    ProfileSpec profile = profile();
    log.info(MODULE, "doOutputBlock", "Generating genesis block");
    String failed = "Error on outputBlock: ";
    if (profile.orderer().isEmpty()) {
      throw new ClientException(
          failed + "refusing to generate block which is missing orderer section");
    }
    if (profile.consortiums().isEmpty() && profile.application().isEmpty()) {
      throw new ClientException(
          failed
              + "refusing to generate application channel block which is missing application"
              + " section");
    }
    log.info(MODULE, "doOutputBlock", "Creating application channel genesis block");
    try {
      Block made = GenesisBlocks.of(flags.text("channelID"), profile, InstantSource.system());
      log.info(MODULE, "doOutputBlock", "Writing genesis block");
      write(file, made);
    } catch (ChannelConfigException e) {
      throw new ClientException(failed + "could not create bootstrapper: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ClientException(failed + "error writing genesis block: " + e, e);
    }
  }

  private void outputCreation(Path file) throws ClientException {
    Optional<ProfileSpec> base =
        flags.text("channelCreateTxBaseProfile").isEmpty()
            ? Optional.empty()
            : Optional.of(profile(flags.text("channelCreateTxBaseProfile")));
    log.info(MODULE, "doOutputChannelCreateTx", "Generating new channel configtx");
    try {
      Envelope made =
          ChannelCreation.of(flags.text("channelID"), profile(), base, InstantSource.system());
      log.info(MODULE, "doOutputChannelCreateTx", "Writing new channel tx");
      write(file, made);
    } catch (ChannelConfigException | IOException e) {
      throw new ClientException("Error on outputChannelCreateTx: " + e.getMessage(), e);
    }
  }

  private static void write(Path file, Message message) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.write(file, message.toByteArray());
  }

  private void inspectBlock() throws ClientException {
    log.info(MODULE, "doInspectBlock", "Inspecting block");
    String file = flags.text("inspectBlock");
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new ClientException("Error on inspectBlock: could not read block " + file, e);
    }
    log.info(MODULE, "doInspectBlock", "Parsing genesis block");
    try {
      System.out.println(ProtolatorJson.encode(Block.parseFrom(bytes)));
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException(
          "Error on inspectBlock: malformed block contents: " + e.getMessage(), e);
    }
  }

  private void inspectTransaction() throws ClientException {
    log.info(MODULE, "doInspectChannelCreateTx", "Inspecting transaction");
    String failed = "Error on inspectChannelCreateTx: ";
    try {
      byte[] bytes = Files.readAllBytes(Path.of(flags.text("inspectChannelCreateTx")));
      log.info(MODULE, "doInspectChannelCreateTx", "Parsing transaction");
      System.out.println(ProtolatorJson.encode(Envelope.parseFrom(bytes)));
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException(failed + "malformed transaction contents: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ClientException(failed + "could not read channel create tx: " + e, e);
    }
  }

  private void printOrganization() throws ClientException {
    String name = flags.text("printOrg");
    String failed = "Error on printOrg: ";
    try {
      ProfileSpec.Organization organization =
          configtx()
              .organization(name)
              .orElseThrow(
                  () -> new ClientException(failed + "organization " + name + " not found"));
      GroupType type =
          organization.ordererEndpoints().isEmpty()
              ? GroupType.APPLICATION_ORGANIZATION
              : GroupType.ORDERER_ORGANIZATION;
      System.out.println(
          ProtolatorJson.encodeGroup(GenesisBlocks.organizationGroup(organization), type));
    } catch (ChannelConfigException | InvalidProtocolBufferException e) {
      throw new ClientException(
          failed + "bad org definition for org " + name + ": " + e.getMessage(), e);
    }
  }

  private ConfigtxYaml configtx() throws ClientException {
    String folder =
        flags.optional("configPath").orElse(System.getenv().getOrDefault("FABRIC_CFG_PATH", "."));
    try {
      ConfigtxYaml read = ConfigtxYaml.load(Path.of(folder), System.getenv());
      log.info(
          MODULE + ".localconfig",
          "LoadTopLevel",
          "Loaded configuration: " + folder + "/configtx.yaml");
      return read;
    } catch (IOException | ChannelConfigException e) {
      throw new ClientException(String.valueOf(e.getMessage()), e);
    }
  }

  private ProfileSpec profile() throws ClientException {
    return profile(flags.text("profile"));
  }

  private ProfileSpec profile(String name) throws ClientException {
    ConfigtxYaml read = configtx();
    try {
      return read.profile(name);
    } catch (ChannelConfigException e) {
      throw new ClientException(
          e.getMessage()
              + ". Please make sure that FABRIC_CFG_PATH or -configPath is set to a path which"
              + " contains configtx.yaml with the specified profile",
          e);
    }
  }
}
