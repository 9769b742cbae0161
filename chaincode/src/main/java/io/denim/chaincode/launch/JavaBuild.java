package io.denim.chaincode.launch;

import io.denim.chaincode.LaunchException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Java: Maven or Gradle sources that make a `chaincode.jar` with all it needs, sources beside the
/// jars that they need, or jars ready made (fabric-chaincode-java v2.5 fabric-chaincode-docker).
/// Where the sources offer several ways, Gradle comes first, and the next where one fails. Run by
/// the Java runtime that runs this peer; its archive of loaded classes, written when the chaincode
/// first ends, makes later starts fast.
final class JavaBuild implements Builder {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode.build");
  private static final String JAR = "chaincode.jar";

  private final SourceBuild build;

  JavaBuild(SourceBuild build) {
    this.build = build;
  }

  @Override
  public String name() {
    return "denim-java";
  }

  @Override
  public boolean detects(BuildContext context) {
    return context.metadata().kind().equals("java");
  }

  @Override
  public void build(BuildContext context) throws LaunchException, InterruptedException {
    try {
      List<Way> ways = new ArrayList<>();
      for (Path folder : List.of(context.source(), context.source().resolve("src"))) {
        if (SourceBuild.exists(folder, "build.gradle")
            || SourceBuild.exists(folder, "build.gradle.kts")) {
          ways.add(() -> gradle(context, folder));
        }
        if (SourceBuild.exists(folder, "pom.xml")) {
          ways.add(() -> maven(context, folder));
        }
      }
      JavaSources sources = JavaSources.in(context.source());
      if (sources.areComplete()) {
        ways.add(() -> sources.compile(build, context));
      }
      if (ways.isEmpty()) {
        copyJars(context);
      } else {
        firstThatWorks(ways);
      }
    } catch (IOException e) {
      throw new LaunchException("could not read or write the build's folders: " + e, e);
    }
  }

  /// One way to build.
  private interface Way {
    void go() throws LaunchException, InterruptedException, IOException;
  }

  /// What the first way says is told if none works: it is the one that the sources are meant for.
  private static void firstThatWorks(List<Way> ways)
      throws LaunchException, InterruptedException, IOException {
    LaunchException first = null;
    for (Way way : ways) {
      try {
        way.go();
        return;
      } catch (LaunchException e) {
        LOG.warn("Chaincode does not build this way: {}", e.getMessage());
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public Command command(Path output, ChaincodeEnvironment chaincode) throws LaunchException {
    List<Path> jars;
    try {
      jars = jars(output);
    } catch (IOException e) {
      throw new LaunchException("could not read the build's folder: " + e, e);
    }
    if (jars.isEmpty()) {
      throw new LaunchException("the build of " + chaincode.packageId() + " holds no jar");
    }
    List<String> line = new ArrayList<>();
    line.add(java());
    if (chaincode.heapMebibytes() > 0) {
      line.add("-Xmx" + chaincode.heapMebibytes() + "m");
    }
    line.add("-XX:+UseSerialGC");
    line.add("-XX:+AutoCreateSharedArchive");
    line.add("-XX:SharedArchiveFile=" + output.resolve("chaincode.jsa"));
    line.add("-Xshare:auto");
    line.add("-Xlog:disable");
    line.add("--enable-native-access=ALL-UNNAMED");
    line.add("--sun-misc-unsafe-memory-access=allow");
    Path compiled = output.resolve(JavaSources.JAR);
    if (jars.size() == 1 || jars.contains(compiled)) {
      Path first = jars.size() == 1 ? jars.getFirst() : compiled;
      line.addAll(List.of("-jar", first.toString()));
    } else {
      List<String> path = jars.stream().map(Path::toString).toList();
      line.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
      line.add("org.hyperledger.fabric.contract.ContractRouter");
    }
    line.addAll(List.of("--peerAddress", chaincode.peerAddress()));
    return new Command(line, chaincode.variables(), output);
  }

  private void gradle(BuildContext context, Path folder)
      throws LaunchException, InterruptedException, IOException {
    Path wrapper = folder.resolve("gradlew");
    String gradle;
    if (Files.exists(wrapper)) {
      Folders.makeExecutable(wrapper);
      gradle = wrapper.toString();
    } else {
      gradle = SourceBuild.program("gradle", "build this Java chaincode");
    }
    build.run(
        context.packageId(),
        folder,
        Map.of("JAVA_HOME", System.getProperty("java.home")),
        List.of(gradle, "--no-daemon", "build", "shadowJar", "-x", "test"));
    Files.copy(folder.resolve("build").resolve("libs").resolve(JAR), context.output().resolve(JAR));
  }

  private void maven(BuildContext context, Path folder)
      throws LaunchException, InterruptedException, IOException {
    Path wrapper = folder.resolve("mvnw");
    String maven;
    if (Files.exists(wrapper)) {
      Folders.makeExecutable(wrapper);
      maven = wrapper.toString();
    } else {
      maven = SourceBuild.program("mvn", "build this Java chaincode");
    }
    build.run(
        context.packageId(),
        folder,
        Map.of("JAVA_HOME", System.getProperty("java.home")),
        List.of(maven, "-B", "-q", "package", "-DskipTests", "-Dmaven.test.skip=true"));
    Files.copy(folder.resolve("target").resolve(JAR), context.output().resolve(JAR));
  }

  private static void copyJars(BuildContext context) throws LaunchException, IOException {
    List<Path> jars = jars(context.source());
    if (jars.isEmpty()) {
      throw new LaunchException(
          "neither build.gradle nor pom.xml nor a jar found in chaincode source, don't know how to"
              + " build chaincode");
    }
    for (Path jar : jars) {
      Files.copy(jar, context.output().resolve(jar.getFileName()));
    }
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
