package io.denim.testnet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// Makes a jar of `KeyValueChaincode` that borrows the shim of the bundled chaincode's jar.
final class KeyValuePackage {
  /// The chaincode's name on the channel.
  static final String NAME = "kv";

  private static final String SHARED =
      """
      [{"name": "shared", "policy": "OR('Org1MSP.member', 'Org2MSP.member')",
        "requiredPeerCount": 0, "maxPeerCount": 1, "blockToLive": 0,
        "memberOnlyRead": true, "memberOnlyWrite": true},
       {"name": "told", "policy": "OR('Org1MSP.member', 'Org2MSP.member')",
        "requiredPeerCount": 1, "maxPeerCount": 1, "blockToLive": 0,
        "memberOnlyRead": true, "memberOnlyWrite": true,
        "endorsementPolicy": {"signaturePolicy": "OR('Org1MSP.peer', 'Org2MSP.peer')"}},
       {"name": "asked", "policy": "OR('Org1MSP.member', 'Org2MSP.member')",
        "requiredPeerCount": 0, "maxPeerCount": 0, "blockToLive": 0,
        "memberOnlyRead": true, "memberOnlyWrite": true,
        "endorsementPolicy": {"signaturePolicy": "OR('Org1MSP.peer', 'Org2MSP.peer')"}}]
      """;

  private KeyValuePackage() {}

  /// Deploys the chaincode with collections of all organizations, of which `told` needs one
  /// endorser, unless that was done.
  static void deploy(RunningNetwork network) throws IOException {
    deploy(network, SHARED);
  }

  /// Deploys the chaincode, unless that was done.
  ///
  /// @param json its collections
  static void deploy(RunningNetwork network, String json) throws IOException {
    Path folder = Files.createDirectories(network.directory().root().resolve("kv"));
    Path collections = folder.resolveSibling("kv-collections.json");
    if (Files.exists(collections)) {
      return;
    }
    write(folder.resolve("kv.jar"));
    Files.writeString(collections, json);
    network.deploy(folder, NAME, Optional.empty(), Optional.of(collections));
  }

  private static void write(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, KeyValueChaincode.class.getName());
    attributes.put(Attributes.Name.CLASS_PATH, shim().toUri().toString());
    String name = KeyValueChaincode.class.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        InputStream code = KeyValueChaincode.class.getResourceAsStream("/" + name)) {
      out.putNextEntry(new JarEntry(name));
      code.transferTo(out);
      out.closeEntry();
    }
  }

  /// The bundled chaincode's jar, which has all of the shim in it.
  private static Path shim() {
    Path root = Path.of(System.getProperty("denim.testdata")).toAbsolutePath().getParent();
    Path jar = root.resolve("samples/basic/target/package/chaincode.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is not built; mvn package -pl samples/basic");
    }
    return jar;
  }
}
