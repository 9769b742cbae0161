package io.denim.cli.osnadmin;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.cli.ClientException;
import io.denim.cli.ParticipationClient;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.GoJson;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;

/// The `osnadmin` executable: an orderer's channels over its participation API (fabric v3.1.5
/// cmd/osnadmin).
public final class OsnadminTool {
  private static final int OK = 200;

  private OsnadminTool() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(List.of(arguments))); // the HTTP client's threads end only later
  }

  /// Does what the command line asks for; returns the exit status.
  public static int run(List<String> arguments) throws InterruptedException {
    try {
      if (arguments.isEmpty()) {
        throw new UsageException("required flag --orderer-address not provided");
      }
      verbs().run(arguments);
      return 0;
    } catch (UsageException e) {
      System.err.println("osnadmin: error: parsing arguments: " + e.getMessage() + ". Try --help");
      return 1;
    } catch (ClientException e) {
      System.out.println("Error: " + e.getMessage() + "\n");
      return 1;
    }
  }

  private static FlagSet flagSet() {
    return new FlagSet(FlagSet.Dialect.KINGPIN)
        .text("orderer-address", "o", "Admin endpoint of the OSN")
        .text("ca-file", "", "File with PEM-encoded TLS CA certificates for the OSN")
        .text("client-cert", "", "File with the PEM-encoded certificate for mutual TLS")
        .text("client-key", "", "File with the PEM-encoded private key for mutual TLS")
        .toggle("no-status", "", false, "Leave the HTTP status out of the output")
        .text("channelID", "c", "Channel ID")
        .text("config-block", "b", "File with an up-to-date config block for the channel")
        .text("config-update-envelope", "e", "File with a signed config update")
        .text("blockID", "b", "The block: <newest|oldest|config|(number)>")
        .text("outputfile", "f", "File for the block")
        .duration("tlsHandshakeTimeShift", "t", "0s", "Accepted for compatibility");
  }

  private static VerbGroup verbs() {
    return new VerbGroup(
        "osnadmin",
        "Orderer Service Node (OSN) administration",
        flagSet(),
        List.of("orderer-address", "ca-file", "client-cert", "client-key", "no-status"),
        List.of(
            verb("join", "Join an orderer to a channel", "channelID", "config-block"),
            verb("list", "List an orderer's channels, or tell more of one", "channelID"),
            verb("remove", "Remove a channel from an orderer", "channelID"),
            verb(
                "update",
                "Update a channel's configuration",
                "channelID",
                "config-update-envelope",
                "tlsHandshakeTimeShift"),
            verb(
                "fetch",
                "Fetch a block into a file",
                "channelID",
                "blockID",
                "outputfile",
                "tlsHandshakeTimeShift")));
  }

  private static Verb verb(String name, String meaning, String... flags) {
    return Verb.of(
        "channel " + name,
        meaning,
        List.of(flags),
        given -> System.out.println(output(name, given)));
  }

  private static String output(String command, Flags flags)
      throws UsageException, ClientException, InterruptedException {
    require(flags, "orderer-address");
    if (!flags.rest().isEmpty()) {
      throw new UsageException("unexpected " + flags.rest().getFirst());
    }
    try (ParticipationClient client =
        new ParticipationClient(flags.text("orderer-address"), tls(flags))) {
      return answer(flags, request(client, command, flags));
    } catch (TlsConfigurationException e) {
      throw new UsageException("loading client cert/key pair: " + e.getMessage());
    } catch (ConnectException e) {
      throw new ClientException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new ClientException(
          "request to "
              + flags.text("orderer-address")
              + " failed: "
              + (e.getMessage() == null ? "connection refused" : e.getMessage()),
          e);
    }
  }

  private static ParticipationClient.Answer request(
      ParticipationClient client, String command, Flags flags)
      throws UsageException, IOException, InterruptedException {
    String channelId = flags.text("channelID");
    if (!command.equals("list")) {
      require(flags, "channelID");
    }
    return switch (command) {
      case "list" -> channelId.isEmpty() ? client.list() : client.show(channelId);
      case "join" -> {
        require(flags, "config-block");
        ByteString block = file(flags, "config-block", "reading config block");
        checkBlock(block, channelId);
        yield client.join(block);
      }
      case "remove" -> client.remove(channelId);
      case "update" -> {
        require(flags, "config-update-envelope");
        ByteString envelope =
            file(flags, "config-update-envelope", "reading config updte envelope");
        checkEnvelope(envelope, channelId);
        yield client.update(envelope);
      }
      case "fetch" -> client.block(channelId, blockId(flags));
      default -> throw new UsageException("expected command but got \"" + command + "\"");
    };
  }

  private static String blockId(Flags flags) throws UsageException {
    String block = flags.text("blockID");
    if (block.isEmpty()) {
      throw new UsageException("required flag --blockID not provided");
    }
    require(flags, "outputfile");
    if (!block.matches("newest|oldest|config|[0-9]+")) {
      throw new UsageException("'" + block + "' not equal <newest|oldest|config|(number)>");
    }
    return block;
  }

  private static String answer(Flags flags, ParticipationClient.Answer answer) throws IOException {
    String status = flags.on("no-status") ? "" : "Status: " + answer.status() + "\n";
    if (answer.body().isEmpty()) {
      return status;
    }
    if (answer.status() == OK && flags.has("outputfile") && flags.given("outputfile")) {
      Files.write(Path.of(flags.text("outputfile")), answer.body().toByteArray());
      return status;
    }
    String text = answer.text();
    // Go's indenting keeps the space at the end.
    return status + GoJson.indented(text) + text.substring(text.stripTrailing().length());
  }

  private static Optional<ClientTls> tls(Flags flags) throws UsageException {
    if (flags.optional("ca-file").isEmpty()) {
      return Optional.empty();
    }
    ByteString roots = file(flags, "ca-file", "reading orderer CA certificate");
    TlsKeyPair keyPair =
        new TlsKeyPair(
            file(flags, "client-cert", "loading client cert/key pair"),
            file(flags, "client-key", "loading client cert/key pair"));
    return Optional.of(new ClientTls(List.of(roots), Optional.of(keyPair), Optional.empty()));
  }

  private static void require(Flags flags, String name) throws UsageException {
    if (!flags.given(name)) {
      throw new UsageException("required flag --" + name + " not provided");
    }
  }

  private static ByteString file(Flags flags, String name, String doing) throws UsageException {
    String path = flags.text(name);
    try {
      return ByteString.copyFrom(Files.readAllBytes(Path.of(path)));
    } catch (IOException e) {
      throw new UsageException(doing + ": open " + path + ": no such file or directory");
    }
  }

  private static void checkBlock(ByteString block, String channelId) throws UsageException {
    try {
      String named = ConfigBlocks.channelIdOf(Block.parseFrom(block));
      if (!named.equals(channelId)) {
        throw new UsageException(
            "specified --channelID "
                + channelId
                + " does not match channel ID "
                + named
                + " in config block");
      }
    } catch (InvalidProtocolBufferException e) {
      throw new UsageException("unmarshalling block: " + e.getMessage());
    } catch (ChannelConfigException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static void checkEnvelope(ByteString envelope, String channelId) throws UsageException {
    try {
      String named = ConfigBlocks.headerOf(Envelope.parseFrom(envelope)).getChannelId();
      if (!named.equals(channelId)) {
        throw new UsageException(
            "specified --channelID "
                + channelId
                + " does not match channel ID "
                + named
                + " in config update envelope");
      }
    } catch (InvalidProtocolBufferException e) {
      throw new UsageException("unmarshalling envelope: " + e.getMessage());
    } catch (ChannelConfigException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }
}
