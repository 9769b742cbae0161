package io.denim.chaincode.launch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.chaincode.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Builds with an operator's own programs (fabric v3.1.5 core/container/externalbuilder). They run
/// where the peer runs, as some keep their logs there.
final class ExternalBuild implements Builder {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode.externalbuilder");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path HERE = Path.of("").toAbsolutePath();

  private final ExternalBuilder builder;
  private final Processes processes;
  private final Duration patience;

  ExternalBuild(ExternalBuilder builder, Processes processes, Duration patience) {
    this.builder = builder;
    this.processes = processes;
    this.patience = patience;
  }

  @Override
  public String name() {
    return builder.name();
  }

  @Override
  public boolean detects(BuildContext context) throws InterruptedException {
    try {
      return run("detect", context.source(), context.metadataFolder()).exitCode() == 0;
    } catch (IOException e) {
      LOG.debug("builder '{}' detect failed: {}", name(), e.getMessage());
      return false;
    }
  }

  @Override
  public void build(BuildContext context) throws LaunchException, InterruptedException {
    require(
        "build",
        "external builder failed to build: external builder '" + name() + "' failed",
        context.source(),
        context.metadataFolder(),
        context.output());
    if (Files.isExecutable(program("release"))) {
      require(
          "release",
          "external builder failed to release: builder '" + name() + "' release failed",
          context.output(),
          context.release());
    }
  }

  @Override
  public Command command(Path output, ChaincodeEnvironment chaincode) throws LaunchException {
    Map<String, String> config = new LinkedHashMap<>();
    config.put("chaincode_id", chaincode.packageId());
    config.put("peer_address", chaincode.peerAddress());
    config.put(
        "client_cert", chaincode.tls().map(t -> pem(t.keyPair().certificateChain())).orElse(""));
    config.put("client_key", chaincode.tls().map(t -> pem(t.keyPair().privateKey())).orElse(""));
    config.put("root_cert", chaincode.tls().map(t -> pem(t.root())).orElse(""));
    config.put("mspid", chaincode.settings().peer().mspId());
    try {
      chaincode.write("chaincode.json", ByteString.copyFrom(JSON.writeValueAsBytes(config)));
    } catch (IOException e) {
      throw new LaunchException("could not write chaincode.json: " + e.getMessage(), e);
    }
    return command("run", output, chaincode.folder());
  }

  private void require(String program, String failure, Path... arguments)
      throws LaunchException, InterruptedException {
    Processes.Finished finished;
    try {
      finished = run(program, arguments);
    } catch (IOException e) {
      throw new LaunchException(failure + ": " + e.getMessage(), e);
    }
    if (finished.exitCode() != 0) {
      throw new LaunchException(failure + ": exit status " + finished.exitCode());
    }
  }

  private Processes.Finished run(String program, Path... arguments)
      throws IOException, InterruptedException {
    return processes.run(
        command(program, arguments),
        patience,
        line -> LOG.info("[{} {}] {}", name(), program, line));
  }

  private Command command(String program, Path... arguments) {
    List<String> line = new ArrayList<>();
    line.add(program(program).toString());
    for (Path argument : arguments) {
      line.add(argument.toString());
    }
    return new Command(line, Command.inherited(builder.propagateEnvironment()), HERE);
  }

  private Path program(String name) {
    return builder.path().resolve("bin").resolve(name);
  }

  private static String pem(ByteString bytes) {
    return bytes.toStringUtf8();
  }
}
