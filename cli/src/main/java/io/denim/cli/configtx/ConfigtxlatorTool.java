package io.denim.cli.configtx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigUpdates;
import io.denim.cli.ClientException;
import io.denim.cli.command.CommandLog;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import io.denim.cli.command.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.hyperledger.fabric.protos.common.Config;

/// The `configtxlator` executable: messages to JSON and back, and the update from one configuration
/// to another, on the command line or over HTTP (fabric v3.1.5 cmd/configtxlator).
public final class ConfigtxlatorTool {
  private ConfigtxlatorTool() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(List.of(arguments)));
  }

  /// Does what the command line asks for; returns the exit status.
  public static int run(List<String> arguments) throws InterruptedException {
    try {
      verbs().run(arguments);
      return 0;
    } catch (UsageException e) {
      System.err.println("configtxlator: error: " + e.getMessage() + ", try --help");
      return 1;
    } catch (ClientException e) {
      System.err.println("configtxlator: error: " + e.getMessage());
      return 1;
    }
  }

  private static VerbGroup verbs() {
    FlagSet flags =
        new FlagSet(FlagSet.Dialect.KINGPIN)
            .text("hostname", "", "0.0.0.0", "The address to listen on")
            .number("port", "", "7059", "The port to listen on")
            .texts("CORS", "A domain whose pages may ask, or *; may be given several times")
            .text("type", "", "The kind of message, such as 'common.Config'")
            .text("input", "", "/dev/stdin", "The file to read")
            .text("output", "", "/dev/stdout", "The file to write")
            .text("original", "", "The original config message")
            .text("updated", "", "The updated config message")
            .text("channel_id", "", "The channel's name");
    List<String> translation = List.of("type", "input", "output");
    return new VerbGroup(
        "configtxlator",
        "Translates messages to JSON and back, and computes config updates",
        flags,
        List.of(),
        List.of(
            Verb.of(
                "start",
                "Start the REST server",
                List.of("hostname", "port", "CORS"),
                ConfigtxlatorTool::serve),
            Verb.of(
                "proto_encode",
                "Make a message of a JSON document",
                translation,
                ConfigtxlatorTool::encode),
            Verb.of(
                "proto_decode",
                "Make a JSON document of a message",
                translation,
                ConfigtxlatorTool::decode),
            Verb.of(
                "compute_update",
                "Compute the config update that leads from one common.Config to another",
                List.of("original", "updated", "channel_id", "output"),
                ConfigtxlatorTool::update),
            Verb.of(
                "version",
                "Show version information",
                List.of(),
                unused -> System.out.println(Version.text("configtxlator")))));
  }

  private static void encode(Flags flags) throws UsageException, ClientException {
    requireNoWords(flags);
    answer("decoding", flags, encode(required(flags, "type"), input(flags, "input")));
  }

  private static void decode(Flags flags) throws UsageException, ClientException {
    requireNoWords(flags);
    answer("decoding", flags, decode(required(flags, "type"), input(flags, "input")));
  }

  private static void update(Flags flags) throws UsageException, ClientException {
    requireNoWords(flags);
    String channelId = required(flags, "channel_id");
    answer(
        "computing update",
        flags,
        update(input(flags, "original"), input(flags, "updated"), channelId));
  }

  private static void requireNoWords(Flags flags) throws UsageException {
    if (!flags.rest().isEmpty()) {
      throw new UsageException("unexpected " + flags.rest().getFirst());
    }
  }

  private static void serve(Flags flags) throws ClientException, InterruptedException {
    CommandLog log = new CommandLog(System.err, InstantSource.system(), System.getenv());
    String address = flags.text("hostname") + ":" + flags.text("port");
    try (TranslationServer server =
        TranslationServer.start(
            flags.text("hostname"), Integer.parseInt(flags.text("port")), flags.texts("CORS"))) {
      log.info("configtxlator", "startServer", "Serving HTTP requests on " + server.address());
      new java.util.concurrent.CountDownLatch(1).await();
    } catch (IOException | NumberFormatException e) {
      throw new ClientException(
          "Could not bind to address '" + address + "': " + e.getMessage(), e);
    }
  }

  /// @throws ClientException if the type is not known or the JSON does not fit it
  static byte[] encode(String type, byte[] json) throws ClientException {
    try {
      return ProtolatorReader.bytes(ProtolatorReader.decode(json, prototype(type))).toByteArray();
    } catch (IOException e) {
      throw new ClientException("Error decoding: error decoding input: " + e.getMessage(), e);
    }
  }

  /// @throws ClientException if the type is not known or the bytes are no such message
  static byte[] decode(String type, byte[] bytes) throws ClientException {
    try {
      Message message = prototype(type).getParserForType().parseFrom(bytes);
      return (ProtolatorJson.encode(message) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("Error decoding: error unmarshalling: " + e.getMessage(), e);
    }
  }

  /// @throws ClientException if the configurations do not parse or do not differ
  static byte[] update(byte[] original, byte[] updated, String channelId) throws ClientException {
    try {
      return ProtolatorReader.bytes(
              ConfigUpdates.compute(Config.parseFrom(original), Config.parseFrom(updated))
                  .toBuilder()
                  .setChannelId(channelId)
                  .build())
          .toByteArray();
    } catch (IOException e) {
      throw new ClientException(
          "Error computing update: error unmarshalling config: " + e.getMessage(), e);
    } catch (ChannelConfigException e) {
      throw new ClientException(
          "Error computing update: error computing config update: " + e.getMessage(), e);
    }
  }

  private static Message prototype(String type) throws ClientException {
    return MessageTypes.find(type)
        .orElseThrow(() ->
            new ClientException("Error decoding: error encode input: proto: not found: " + type));
  }

  private static String required(Flags flags, String name) throws UsageException {
    if (!flags.given(name)) {
      throw new UsageException("required flag --" + name + " not provided");
    }
    return flags.text(name);
  }

  private static byte[] input(Flags flags, String name) throws UsageException, ClientException {
    String file = flags.text(name);
    if (file.isEmpty()) {
      throw new ClientException(
          "Error computing update: error reading " + name + " config: invalid argument");
    }
    if (!Files.exists(Path.of(file))) {
      throw new UsageException("open " + file + ": no such file or directory");
    }
    try {
      return file.equals("/dev/stdin")
          ? System.in.readAllBytes()
          : Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new ClientException("open " + file + ": no such file or directory", e);
    }
  }

  private static void answer(String doing, Flags flags, byte[] bytes) throws ClientException {
    String file = flags.text("output");
    try {
      if (file.equals("/dev/stdout")) {
        System.out.write(bytes);
        System.out.flush();
      } else {
        Files.write(Path.of(file), bytes);
      }
    } catch (IOException e) {
      throw new ClientException("Error " + doing + ": error writing output: " + e, e);
    }
  }
}
