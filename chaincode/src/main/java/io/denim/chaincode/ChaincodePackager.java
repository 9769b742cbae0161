package io.denim.chaincode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes installable packages (fabric v3.1.5 internal/peer/lifecycle/chaincode/package.go,
/// core/chaincode/platforms). The same sources give the same bytes, and so the same package id, on
/// any machine.
public final class ChaincodePackager {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern MODULE = Pattern.compile("(?m)^module\\s+\"?([^\\s\"]+)");
  private static final String HIDDEN = "(hidden folders)";
  private static final Set<String> NODE_OUTPUT = Set.of("node_modules", ".git");
  private static final Set<String> JAVA_OUTPUT = Set.of("target", "build", "out", ".git");

  private ChaincodePackager() {}

  /// Packs sources.
  ///
  /// @param folder of the main package, with `package.json`, `pom.xml`, `build.gradle`, jars or
  ///   `connection.json`
  /// @param type `golang`, `node`, `java` or `ccaas`
  /// @throws ChaincodePackageException if the label, the type or the sources are not usable
  /// @throws IOException if the sources cannot be read
  public static ByteString pack(Path folder, String type, String label)
      throws ChaincodePackageException, IOException {
    Path source = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(source)) {
      throw new ChaincodePackageException("path to chaincode does not exist: " + folder);
    }
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "golang" -> packGo(source, type, label);
      case "node" -> sources(source, folder.toString(), type, label);
      case "java" -> sources(source, folder.toString(), type, label);
      case "ccaas" -> server(Files.readString(source.resolve("connection.json")), label);
      default -> throw new ChaincodePackageException("Unknown chaincodeType: " + type);
    };
  }

  /// Packs the address of a chaincode that is a server.
  ///
  /// @param address `host:port`
  /// @throws ChaincodePackageException if the label is not usable
  public static ByteString packServer(String address, String label)
      throws ChaincodePackageException {
    try {
      return server(
          "{\"address\":"
              + JSON.writeValueAsString(address)
              + ",\"dial_timeout\":\"10s\",\"tls_required\":false}",
          label);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  private static ByteString server(String connection, String label)
      throws ChaincodePackageException, IOException {
    return packed(
        "ccaas",
        "",
        label,
        new TreeMap<>(Map.of("connection.json", connection.getBytes(StandardCharsets.UTF_8))));
  }

  /// Go: the whole module that the folder belongs to; the path is the main package's import path.
  private static ByteString packGo(Path source, String type, String label)
      throws ChaincodePackageException, IOException {
    Path root = source;
    while (!Files.exists(root.resolve("go.mod"))) {
      Path parent = root.getParent();
      if (parent == null) {
        throw new ChaincodePackageException(
            "'" + source + "' is not part of a Go module: there is no go.mod");
      }
      root = parent;
    }
    Matcher module = MODULE.matcher(Files.readString(root.resolve("go.mod")));
    if (!module.find()) {
      throw new ChaincodePackageException("'" + root.resolve("go.mod") + "' names no module");
    }
    String below = root.relativize(source).toString();
    String path = below.isEmpty() ? module.group(1) : module.group(1) + "/" + below;
    return packed(type, path, label, files(root, source.resolve("META-INF"), Set.of(HIDDEN)));
  }

  private static ByteString sources(Path source, String path, String type, String label)
      throws ChaincodePackageException, IOException {
    Set<String> excluded = type.equalsIgnoreCase("node") ? NODE_OUTPUT : JAVA_OUTPUT;
    return packed(type, path, label, files(source, source.resolve("META-INF"), excluded));
  }

  private static ByteString packed(
      String type, String path, String label, SortedMap<String, byte[]> files)
      throws ChaincodePackageException, IOException {
    ChaincodePackage.checkLabel(label);
    if (files.isEmpty()) {
      throw new ChaincodePackageException("no source files found in '" + path + "'");
    }
    TarWriter code = TarWriter.ofSources();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      code.file(file.getKey(), file.getValue());
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("path", path);
    metadata.put("type", type);
    metadata.put("label", label);
    TarWriter whole = TarWriter.ofArchives();
    whole.file("metadata.json", JSON.writeValueAsBytes(metadata));
    whole.file("code.tar.gz", code.finish().toByteArray());
    return whole.finish();
  }

  private static SortedMap<String, byte[]> files(Path root, Path metadata, Set<String> excluded)
      throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = String.valueOf(folder.getFileName());
            boolean skip =
                !folder.equals(root)
                    && (excluded.contains(name)
                        || (name.startsWith(".") && excluded.contains(HIDDEN)));
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = String.valueOf(file.getFileName());
            if (!Files.isRegularFile(file) || name.endsWith(".class")) {
              return FileVisitResult.CONTINUE;
            }
            if (!file.startsWith(metadata)) {
              files.put("src/" + root.relativize(file), Files.readAllBytes(file));
            } else if (!name.startsWith(".")) {
              files.put("META-INF/" + metadata.relativize(file), Files.readAllBytes(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
