package io.denim.testnet;

import io.denim.cli.ClientException;
import io.denim.identity.SignatureVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `denim deploy`: brings a chaincode onto the network's channel.
@Command(
    name = "deploy",
    description =
        "Builds a chaincode and defines it on the channel; with changed sources, upgrades it.",
    mixinStandardHelpOptions = true)
final class DeployCommand implements Callable<Integer> {
  @Mixin private DirectoryOption directoryOption = new DirectoryOption();

  @Parameters(paramLabel = "PATH", description = "The folder with the chaincode's sources.")
  private Path source = Path.of(".");

  @Option(names = "--name", required = true, description = "The chaincode's name on the channel.")
  private String name = "";

  @Option(
      names = "--lang",
      defaultValue = "auto",
      description = "go, node, java, ccaas or auto (default: ${DEFAULT-VALUE}).")
  private String language = "auto";

  @Option(
      names = "--policy",
      description =
          "Who must endorse: AND('Org1MSP.peer','Org2MSP.peer'), or the path of a channel policy;"
              + " by default the channel's own.")
  private Optional<String> policy = Optional.empty();

  @Option(names = "--collections", description = "A JSON file with private-data collections.")
  private Optional<Path> collections = Optional.empty();

  @Option(names = "--init", description = "An init transaction is required first.")
  private boolean initRequired;

  @Override
  public Integer call() throws NetworkException, ClientException, InterruptedException {
    NetworkPlan plan = directoryOption.runningPlan();
    Console console = new Console(System.out);
    Deployment.Deployed deployed =
        new Deployment(
                plan,
                new NetworkCrypto(
                    directoryOption.directory(),
                    SignatureVerifier.create(),
                    InstantSource.system()),
                console)
            .deploy(
                new Deployment.Chaincode(
                    source, name, language, policy, collections, initRequired));
    console.line(
        deployed.changed()
            ? "Chaincode "
                + deployed.name()
                + " "
                + deployed.version()
                + " is committed on "
                + plan.spec().channel()
                + " with sequence "
                + deployed.sequence()
                + "."
            : "Chaincode " + deployed.name() + " is deployed already and has not changed.");
    if (Files.exists(source.resolve("connection.json"))) {
      console.line("Start its server with CHAINCODE_ID=" + deployed.packageId());
    }
    return 0;
  }
}
