package io.denim.chaincode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Packages: made, taken apart, kept; and packages that want harm.
class PackageTest {
  private static final String METADATA = "{\"path\":\"\",\"type\":\"node\",\"label\":\"l_1\"}";

  @TempDir Path folder;

  @Test
  void sourcesGoIntoAPackageAndComeOut() throws Exception {
    Path source = folder.resolve("source");
    write(source.resolve("package.json"), "{}");
    write(source.resolve("lib/deep/" + "long".repeat(30) + ".js"), "code");
    write(source.resolve("node_modules/x/index.js"), "left out");
    write(source.resolve("META-INF/statedb/couchdb/indexes/i.json"), "{}");
    ByteString bytes = ChaincodePackager.pack(source, "node", "l_1.0");
    assertThat(ChaincodePackager.pack(source, "node", "l_1.0")).isEqualTo(bytes);

    ChaincodePackage parsed = ChaincodePackage.parse(bytes);
    assertThat(parsed.metadata())
        .isEqualTo(new ChaincodePackage.Metadata("node", source.toString(), "l_1.0"));
    Path out = folder.resolve("out");
    parsed.unpackCode(out);
    assertThat(files(out))
        .containsExactly(
            "META-INF/statedb/couchdb/indexes/i.json",
            "src/lib/deep/" + "long".repeat(30) + ".js",
            "src/package.json");
    assertThat(parsed.metadataFiles())
        .containsExactly(
            Map.entry("META-INF/statedb/couchdb/indexes/i.json", ByteString.copyFromUtf8("{}")));
  }

  @Test
  void goPackagesNameTheImportPathOfTheirMainPackage() throws Exception {
    Path module = folder.resolve("module");
    write(module.resolve("go.mod"), "module example.org/cc\n\ngo 1.23\n");
    write(module.resolve("main/main.go"), "package main");
    write(module.resolve("lib/lib.go"), "package lib");
    write(module.resolve(".git/config"), "left out");
    ChaincodePackage parsed =
        ChaincodePackage.parse(ChaincodePackager.pack(module.resolve("main"), "golang", "cc"));
    assertThat(parsed.metadata().path()).isEqualTo("example.org/cc/main");
    Path out = folder.resolve("out");
    parsed.unpackCode(out);
    assertThat(files(out)).containsExactly("src/go.mod", "src/lib/lib.go", "src/main/main.go");
  }

  @Test
  void packagesAreKeptUnderTheirHash() throws Exception {
    PackageStore store = PackageStore.open(folder.resolve("packages"));
    ByteString bytes = ChaincodePackager.packServer("localhost:9999", "basic_1.0");
    String packageId = store.save("basic_1.0", bytes);
    assertThat(packageId).matches("basic_1\\.0:[0-9a-f]{64}");
    assertThat(store.save("basic_1.0", bytes)).isEqualTo(packageId);
    assertThat(files(folder.resolve("packages")))
        .containsExactly(packageId.replace(':', '.') + ".tar.gz");
    assertThat(store.list()).containsExactly(new InstalledPackage(packageId, "basic_1.0"));
    assertThat(store.load(packageId)).contains(bytes);
    assertThat(store.load("../../etc/passwd:" + "0".repeat(64))).isEmpty();
    store.delete(packageId);
    assertThat(store.list()).isEmpty();
  }

  @Test
  void malformedPackagesAreRefusedInFabricsWords() throws Exception {
    assertRefused(ByteString.EMPTY, "error reading as gzip stream: EOF");
    assertRefused(ByteString.copyFromUtf8("not gzip at all"), "error reading as gzip stream");
    assertRefused(
        packed(new File("metadata.json", METADATA)),
        "did not find a code package inside the package");
    assertRefused(
        packed(new File("code.tar.gz", "x")),
        "did not find any package metadata (missing metadata.json)");
    assertRefused(
        packed(new File("metadata.json", "{"), new File("code.tar.gz", "x")),
        "could not unmarshal metadata.json as json");
    assertRefused(
        packed(
            new File("metadata.json", "{\"type\":\"go\",\"label\":\"a:b\"}"),
            new File("code.tar.gz", "x")),
        "invalid label 'a:b'. Label must be non-empty, can only consist of alphanumerics, symbols"
            + " from '.+-_', and can only begin with alphanumerics");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "/etc/evil", "src/../../evil", "..", "a/../../b"})
  void codeThatWantsOutOfItsFolderIsRefused(String name) throws Exception {
    ChaincodePackage hostile = withCode(packed(new File(name, "x")));
    Path out = Files.createDirectories(folder.resolve("deep/out"));
    assertThatThrownBy(() -> hostile.unpackCode(out))
        .isInstanceOf(ChaincodePackageException.class)
        .hasMessage("tar contains the absolute or escaping path '" + name + "'");
    assertThat(files(folder)).isEmpty();
  }

  @Test
  void codeThatUnpacksToTooMuchIsRefused() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      byte[] zeros = new byte[1024 * 1024];
      gzip.write(header("src/zeros", 200L * 1024 * 1024));
      for (int i = 0; i < 200; i++) {
        gzip.write(zeros);
      }
    }
    ChaincodePackage hostile = withCode(ByteString.copyFrom(bomb.toByteArray()));
    assertThatThrownBy(() -> hostile.unpackCode(folder.resolve("out")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unpacks to more than is taken");
  }

  @Test
  void linksAreRefused() throws Exception {
    byte[] link = header("src/link", 0);
    link[156] = '2';
    fixChecksum(link);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(link);
      gzip.write(new byte[1024]);
    }
    ChaincodePackage hostile = withCode(ByteString.copyFrom(bytes.toByteArray()));
    assertThatThrownBy(() -> hostile.unpackCode(folder.resolve("out")))
        .isInstanceOf(ChaincodePackageException.class)
        .hasMessageContaining("invalid file type");
  }

  /// Damaged packages are refused with an exception of the package's own kind, and quickly.
  @Test
  void damagedPackagesNeverDoWorse() throws Exception {
    byte[] good = ChaincodePackager.packServer("localhost:9999", "basic_1.0").toByteArray();
    byte[] tar =
        new java.util.zip.GZIPInputStream(ByteString.copyFrom(good).newInput()).readAllBytes();
    Random random = new Random(20261121);
    for (int round = 0; round < 3_000; round++) {
      byte[] damaged = (round % 2 == 0 ? good : tar).clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      ByteString bytes = round % 2 == 0 ? ByteString.copyFrom(damaged) : gzipped(damaged);
      try {
        ChaincodePackage parsed = ChaincodePackage.parse(bytes);
        assertThat(parsed.metadata().label()).isNotEmpty();
        parsed.unpackCode(folder.resolve("out" + round));
      } catch (ChaincodePackageException | IOException e) {
        assertThat(e.getMessage()).as("round %d", round).isNotEmpty();
      }
    }
  }

  private record File(String name, String content) {}

  private static ByteString packed(File... files) throws IOException {
    TarWriter tar = TarWriter.ofSources();
    for (File file : files) {
      tar.file(file.name(), file.content().getBytes(StandardCharsets.UTF_8));
    }
    return tar.finish();
  }

  private static ChaincodePackage withCode(ByteString code) throws Exception {
    TarWriter tar = TarWriter.ofSources();
    tar.file("metadata.json", METADATA.getBytes(StandardCharsets.UTF_8));
    tar.file("code.tar.gz", code.toByteArray());
    return ChaincodePackage.parse(tar.finish());
  }

  private static ByteString gzipped(byte[] tar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(tar);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static byte[] header(String name, long size) {
    byte[] header = new byte[512];
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(utf8, 0, header, 0, utf8.length);
    byte[] octal = "%011o".formatted(size).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, header, 124, octal.length);
    header[156] = '0';
    fixChecksum(header);
    return header;
  }

  private static void fixChecksum(byte[] header) {
    java.util.Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    byte[] octal = "%06o\0".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, header, 148, octal.length);
  }

  private static void assertRefused(ByteString bytes, String text) {
    assertThatThrownBy(() -> ChaincodePackage.parse(bytes))
        .isInstanceOf(ChaincodePackageException.class)
        .hasMessageStartingWith(text);
  }

  private static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static List<String> files(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
