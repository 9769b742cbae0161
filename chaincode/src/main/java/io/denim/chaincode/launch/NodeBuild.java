package io.denim.chaincode.launch;

import io.denim.chaincode.LaunchException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Node sources, whose packages npm brings (fabric v3.1.5 core/chaincode/platforms/node).
final class NodeBuild implements Builder {
  private final SourceBuild build;

  NodeBuild(SourceBuild build) {
    this.build = build;
  }

  @Override
  public String name() {
    return "denim-node";
  }

  @Override
  public boolean detects(BuildContext context) {
    return context.metadata().kind().equals("node");
  }

  @Override
  public void build(BuildContext context) throws LaunchException, InterruptedException {
    Path source = context.source().resolve("src");
    if (!SourceBuild.exists(source, "package.json")) {
      throw new LaunchException("no package.json found at the root of the chaincode package");
    }
    String npm = SourceBuild.program("npm", "build Node chaincode");
    try {
      Folders.copy(source, context.output());
    } catch (IOException e) {
      throw new LaunchException("could not copy the sources: " + e.getMessage(), e);
    }
    build.run(
        context.packageId(),
        context.output(),
        Map.of(),
        List.of(npm, "install", "--omit=dev", "--no-audit", "--no-fund"));
  }

  @Override
  public Command command(Path output, ChaincodeEnvironment chaincode) throws LaunchException {
    List<String> line = new ArrayList<>();
    line.add(SourceBuild.program("npm", "run Node chaincode"));
    line.addAll(List.of("start", "--", "--peer.address", chaincode.peerAddress()));
    return new Command(line, chaincode.variables(), output);
  }
}
