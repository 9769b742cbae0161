package io.denim.chaincode.launch;

import io.denim.chaincode.LaunchException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Java sources that lie beside the jars they need, the shim among them: compiled by the JDK alone,
/// with no build tool and no network.
final class JavaSources {
  /// What comes of it: a jar that names its main class and the other jars.
  static final String JAR = "denim-compiled.jar";

  private static final String SHIM_CLASS = "org/hyperledger/fabric/shim/ChaincodeBase.class";
  private static final String ROUTER = "org.hyperledger.fabric.contract.ContractRouter";
  private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)\\s*;");
  private static final Pattern MAIN = Pattern.compile("static\\s+void\\s+main\\s*\\(");

  private final List<Path> sources;
  private final List<Path> jars;
  private final Path resources;

  private JavaSources(List<Path> sources, List<Path> jars, Path resources) {
    this.sources = sources;
    this.jars = jars;
    this.resources = resources;
  }

  /// The sources in a folder of unpacked code, of which packaging tools put all into `src`.
  ///
  /// @throws IOException if it cannot be read
  static JavaSources in(Path code) throws IOException {
    Path root = code;
    for (Path folder : List.of(code, code.resolve("src"))) {
      if (Files.isDirectory(folder.resolve("src/main/java"))) {
        root = folder;
      }
    }
    Path main = root.resolve("src/main/java");
    return new JavaSources(
        files(Files.isDirectory(main) ? main : root, ".java"),
        files(code, ".jar"),
        root.resolve("src/main/resources"));
  }

  /// Whether there is something to compile, and the shim to compile it against.
  boolean areComplete() throws IOException {
    if (sources.isEmpty()) {
      return false;
    }
    for (Path jar : jars) {
      try (JarFile opened = new JarFile(jar.toFile())) {
        if (opened.getEntry(SHIM_CLASS) != null) {
          return true;
        }
      }
    }
    return false;
  }

  /// Leaves the compiled jar and those that it needs in the build's folder.
  ///
  /// @throws LaunchException if they do not compile, with the compiler's words
  void compile(SourceBuild build, BuildContext context)
      throws LaunchException, InterruptedException, IOException {
    Path output = context.output();
    List<String> names = new ArrayList<>();
    for (Path jar : jars) {
      String name = String.valueOf(jar.getFileName());
      if (!names.contains(name)) {
        Files.copy(jar, output.resolve(name));
        names.add(name);
      }
    }
    Path classes = output.resolve("classes");
    Files.createDirectories(classes);
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    line.addAll(List.of("-parameters", "-proc:none", "-nowarn", "-d", classes.toString()));
    line.addAll(List.of("-cp", output + "/*"));
    sources.forEach(source -> line.add(source.toString()));
    build.run(context.packageId(), output, Map.of(), line);
    pack(output.resolve(JAR), classes, names);
  }

  private void pack(Path jar, Path classes, List<String> others) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, mainClass());
    attributes.put(Attributes.Name.CLASS_PATH, String.join(" ", others));
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(file, manifest)) {
      add(packed, classes);
      if (Files.isDirectory(resources)) {
        add(packed, resources);
      }
    }
  }

  private static void add(JarOutputStream packed, Path root) throws IOException {
    for (Path file : files(root, "")) {
      packed.putNextEntry(new JarEntry(root.relativize(file).toString().replace('\\', '/')));
      Files.copy(file, packed);
      packed.closeEntry();
    }
  }

  /// The only source with a main method, or the router that finds contracts by their annotation.
  private String mainClass() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path source : sources) {
      String text = Files.readString(source);
      if (MAIN.matcher(text).find()) {
        Matcher declared = PACKAGE.matcher(text);
        String name = String.valueOf(source.getFileName()).replaceFirst("\\.java$", "");
        found.add(declared.find() ? declared.group(1) + "." + name : name);
      }
    }
    return found.size() == 1 ? found.getFirst() : ROUTER;
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(ending) && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }
}
