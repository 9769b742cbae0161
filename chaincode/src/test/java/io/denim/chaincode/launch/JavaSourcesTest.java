package io.denim.chaincode.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Java sources beside the jars that they need, compiled and started for real.
@Timeout(120)
class JavaSourcesTest {
  private static final String SOURCE =
      """
      package mine;
      import org.hyperledger.fabric.shim.*;
      public class Hello extends ChaincodeBase {
        @Override public Response init(ChaincodeStub stub) { return new Response(200, "", null); }
        @Override public Response invoke(ChaincodeStub stub) {
          String text = "hello " + stub.getParameters().get(0);
          return new Response(200, "", text.getBytes());
        }
        public static void main(String[] arguments) { new Hello().start(arguments); }
      }
      """;

  @TempDir Path folder;

  @Test
  void sourcesBesideTheShimAreCompiledWithNoBuildTool() throws Exception {
    Path source = withShim();
    try (TestPeer peer = new TestPeer(folder, false, List.of())) {
      peer.install(source, "java", "hello");
      assertThat(peer.answer("t1", "hello", "greet", "world")).isEqualTo("hello world");
    }
  }

  @Test
  void theyAreAlsoTheWayOutWhereTheirBuildToolFails() throws Exception {
    Path source = withShim();
    Files.writeString(source.resolve("build.gradle"), "plugins { id 'java' }");
    Path wrapper = source.resolve("gradlew");
    Files.writeString(wrapper, "#!/bin/sh\necho cannot download Gradle >&2\nexit 1\n");
    try (TestPeer peer = new TestPeer(folder, false, List.of())) {
      peer.install(source, "java", "hello");
      assertThat(peer.answer("t1", "hello", "greet", "world")).isEqualTo("hello world");
    }
    try (var jars = Files.newDirectoryStream(source, "*.jar")) {
      for (Path jar : jars) {
        Files.delete(jar);
      }
    }
    try (TestPeer peer = new TestPeer(folder.resolve("other"), false, List.of())) {
      String packageId = peer.install(source, "java", "hello");
      assertThat(peer.runtime.start(packageId).orElseThrow()).contains("cannot download Gradle");
    }
  }

  /// The bundled chaincode's jar has the shim in it.
  private Path withShim() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(
        Files.createDirectories(source.resolve("src/main/java/mine")).resolve("Hello.java"),
        SOURCE);
    Files.writeString(
        Files.createDirectories(source.resolve("src/test/java")).resolve("HelloTest.java"),
        "class HelloTest { NoSuchLibrary tests; }");
    Path jar =
        Path.of(System.getProperty("denim.testdata"))
            .resolveSibling("samples/basic/target/package/chaincode.jar");
    assumeThat(jar).as("the bundled chaincode is not built").exists();
    Files.copy(jar, source.resolve("shim.jar"));
    return source;
  }
}
