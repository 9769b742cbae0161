package io.denim.cli.cryptogen;

import io.denim.cli.ClientException;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Version;
import io.denim.identity.Cryptogen;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/// The `cryptogen` executable: keys and certificates for a network under development (fabric v3.1.5
/// cmd/cryptogen).
public final class CryptogenTool {
  private CryptogenTool() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  /// Does what the command line asks for; returns the exit status.
  public static int run(List<String> arguments) {
    try {
      dispatch(arguments);
      return 0;
    } catch (UsageException e) {
      System.err.println("cryptogen: error: " + e.getMessage() + ", try --help");
      return 1;
    } catch (ClientException e) {
      System.out.println("Error reading config: " + e.getMessage());
      return 255;
    } catch (IOException e) {
      System.out.println("Error generating key material: " + e);
      return 1;
    }
  }

  private static void dispatch(List<String> arguments)
      throws UsageException, ClientException, IOException {
    FlagSet set =
        new FlagSet(FlagSet.Dialect.KINGPIN)
            .text("output", "", "crypto-config", "generate: the directory for what is made")
            .text("input", "", "crypto-config", "extend: the directory to add to")
            .text("config", "", "The configuration to use");
    Flags flags = set.parse(arguments);
    if (flags.help() || flags.rest().isEmpty()) {
      (flags.help() ? System.out : System.err)
          .println(
              "usage: cryptogen (generate|extend|showtemplate|version) [<flags>]\n\nFlags:\n"
                  + set.usages());
      if (!flags.help()) {
        throw new UsageException("command not specified");
      }
      return;
    }
    if (flags.rest().size() > 1) {
      throw new UsageException("unexpected " + flags.rest().get(1));
    }
    switch (flags.rest().getFirst()) {
      case "generate" -> generate(flags);
      case "extend" -> {
        CryptoConfig config = config(flags);
        Cryptogen.extend(
            Path.of(flags.text("input")),
            config.peers(),
            config.orderers(),
            InstantSource.system());
      }
      case "showtemplate" -> System.out.print(template());
      case "version" -> System.out.println(Version.text("cryptogen"));
      default ->
          throw new UsageException("expected command but got \"" + flags.rest().getFirst() + "\"");
    }
  }

  private static void generate(Flags flags) throws ClientException, UsageException, IOException {
    CryptoConfig config = config(flags);
    for (Cryptogen.OrganizationSpec organization : config.peers()) {
      System.out.println(organization.domain());
    }
    Cryptogen.generate(
        Path.of(flags.text("output")), config.peers(), config.orderers(), InstantSource.system());
  }

  private static CryptoConfig config(Flags flags)
      throws ClientException, UsageException, IOException {
    String file = flags.text("config");
    if (file.isEmpty()) {
      return CryptoConfig.parse(template());
    }
    if (!Files.isRegularFile(Path.of(file))) {
      throw new UsageException("open " + file + ": no such file or directory");
    }
    return CryptoConfig.parse(Files.readString(Path.of(file)));
  }

  private static String template() throws IOException {
    try (InputStream in = CryptogenTool.class.getResourceAsStream("crypto-config.yaml")) {
      if (in == null) {
        throw new IOException("this build lacks the default configuration");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
