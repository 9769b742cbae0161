package io.denim.chaincode.launch;

import io.denim.chaincode.LaunchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Go sources, compiled on this machine into one static program (fabric v3.1.5
/// core/chaincode/platforms/golang).
final class GoBuild implements Builder {
  private final SourceBuild build;

  GoBuild(SourceBuild build) {
    this.build = build;
  }

  @Override
  public String name() {
    return "denim-golang";
  }

  @Override
  public boolean detects(BuildContext context) {
    return context.metadata().kind().equals("golang");
  }

  @Override
  public void build(BuildContext context) throws LaunchException, InterruptedException {
    String go = SourceBuild.program("go", "build Go chaincode");
    String program = context.output().resolve("chaincode").toString();
    Path source = context.source().resolve("src");
    String main = context.metadata().path().isEmpty() ? "." : context.metadata().path();
    Path below = source.resolve(main).normalize();
    boolean inside = below.startsWith(source);
    if (SourceBuild.exists(source, "go.mod")) {
      compile(context, source, go, program, main);
    } else if (inside && SourceBuild.exists(below, "go.mod")) {
      compile(context, below, go, program, ".");
    } else {
      build.run(
          context.packageId(),
          source,
          Map.of("GO111MODULE", "off", "GOPATH", context.source().toString(), "CGO_ENABLED", "0"),
          List.of(go, "build", "-o", program, main));
    }
  }

  @Override
  public Command command(Path output, ChaincodeEnvironment chaincode) throws LaunchException {
    Path program = output.resolve("chaincode");
    if (!Files.isExecutable(program)) {
      throw new LaunchException("the build of " + chaincode.packageId() + " holds no program");
    }
    return new Command(
        List.of(program.toString(), "-peer.address=" + chaincode.peerAddress()),
        chaincode.variables(),
        output);
  }

  private void compile(BuildContext context, Path folder, String go, String program, String main)
      throws LaunchException, InterruptedException {
    String mode = SourceBuild.exists(folder, "vendor") ? "-mod=vendor" : "-mod=readonly";
    build.run(
        context.packageId(),
        folder,
        Map.of("GO111MODULE", "on", "GOFLAGS", "", "CGO_ENABLED", "0"),
        List.of(go, "build", "-buildvcs=false", mode, "-o", program, main));
  }
}
