package io.denim.cli.cryptogen;

import io.denim.cli.ClientException;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import io.denim.cli.command.Version;
import io.denim.identity.Cryptogen;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/// The `cryptogen` executable: keys and certificates for a network under development (fabric v3.1.5
/// cmd/cryptogen).
public final class CryptogenTool {
  private CryptogenTool() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(List.of(arguments)));
  }

  /// Does what the command line asks for; returns the exit status.
  public static int run(List<String> arguments) throws InterruptedException {
    try {
      verbs().run(arguments);
      return 0;
    } catch (UsageException e) {
      System.err.println("cryptogen: error: " + e.getMessage() + ", try --help");
      return 1;
    } catch (ClientException e) {
      String message = String.valueOf(e.getMessage());
      boolean generating = message.startsWith("Error generating");
      System.out.println((generating ? "" : "Error reading config: ") + message);
      return generating ? 1 : 255;
    }
  }

  private static VerbGroup verbs() {
    FlagSet flags =
        new FlagSet(FlagSet.Dialect.KINGPIN)
            .text("output", "", "crypto-config", "The directory for what is made")
            .text("input", "", "crypto-config", "The directory to add to")
            .text("config", "", "The configuration to use");
    return new VerbGroup(
        "cryptogen",
        "Makes keys and certificates for a network under development",
        flags,
        List.of(),
        List.of(
            Verb.of(
                "generate",
                "Generate key material",
                List.of("output", "config"),
                CryptogenTool::generate),
            Verb.of(
                "showtemplate",
                "Show the configuration that is used where none is given",
                List.of(),
                unused -> System.out.print(template())),
            Verb.of(
                "version",
                "Show version information",
                List.of(),
                unused -> System.out.println(Version.text("cryptogen"))),
            Verb.of(
                "extend",
                "Add to key material what a configuration has besides",
                List.of("input", "config"),
                CryptogenTool::extend)));
  }

  private static void extend(Flags flags) throws ClientException, UsageException {
    CryptoConfig config = config(flags);
    try {
      Cryptogen.extend(
          Path.of(flags.text("input")), config.peers(), config.orderers(), InstantSource.system());
    } catch (IOException e) {
      throw new ClientException("Error generating key material: " + e, e);
    }
  }

  private static void generate(Flags flags) throws ClientException, UsageException {
    CryptoConfig config = config(flags);
    for (Cryptogen.OrganizationSpec organization : config.peers()) {
      System.out.println(organization.domain());
    }
    try {
      Cryptogen.generate(
          Path.of(flags.text("output")), config.peers(), config.orderers(), InstantSource.system());
    } catch (IOException e) {
      throw new ClientException("Error generating key material: " + e, e);
    }
  }

  private static CryptoConfig config(Flags flags) throws ClientException, UsageException {
    if (!flags.rest().isEmpty()) {
      throw new UsageException("unexpected " + flags.rest().getFirst());
    }
    String file = flags.text("config");
    if (file.isEmpty()) {
      return CryptoConfig.parse(template());
    }
    try {
      return CryptoConfig.parse(Files.readString(Path.of(file)));
    } catch (NoSuchFileException e) {
      throw new UsageException("open " + file + ": no such file or directory");
    } catch (IOException e) {
      throw new ClientException("Error reading configuration: " + e, e);
    }
  }

  private static String template() throws ClientException {
    try (InputStream in = CryptogenTool.class.getResourceAsStream("crypto-config.yaml")) {
      if (in == null) {
        throw new ClientException("this build lacks the default configuration");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ClientException("the default configuration cannot be read: " + e, e);
    }
  }
}
