package io.denim.cli.discover;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Who the user of `discover` is and whom the user trusts: from flags, or from the file into which
/// `saveConfig` wrote them (fabric v3.1.5 cmd/common).
///
/// @param certificate of the client for TLS; empty for a temporary one
/// @param peerRoot empty for plain text
record DiscoverConfig(
    String mspId,
    String userCertificate,
    String userKey,
    String certificate,
    String key,
    String peerRoot) {
  static final List<String> FLAGS =
      List.of("configFile", "peerTLSCA", "tlsCert", "tlsKey", "userKey", "userCert", "MSP");
  private static final int MAX_BYTES = 1024 * 1024;

  /// @throws UsageException if a flag names a file that is not there
  static DiscoverConfig ofFlags(Flags flags) throws UsageException {
    return new DiscoverConfig(
        flags.text("MSP"),
        file(flags, "userCert"),
        file(flags, "userKey"),
        file(flags, "tlsCert"),
        file(flags, "tlsKey"),
        file(flags, "peerTLSCA"));
  }

  private static String file(Flags flags, String name) throws UsageException {
    String given = flags.text(name);
    if (given.isEmpty()) {
      return "";
    }
    Path path = Path.of(given);
    if (!Files.exists(path)) {
      throw new UsageException("open " + given + ": no such file or directory");
    }
    return path.toAbsolutePath().normalize().toString();
  }

  static DiscoverConfig load(Path file) throws ClientException {
    String failed = "Failed loading config ";
    try {
      String text = Files.readString(file);
      Load load = new Load(LoadSettings.builder().setCodePointLimit(MAX_BYTES).build());
      Object tree = load.loadFromString(text);
      DiscoverConfig read =
          new DiscoverConfig(
              value(tree, "signerconfig", "mspid"),
              value(tree, "signerconfig", "identitypath"),
              value(tree, "signerconfig", "keypath"),
              value(tree, "tlsconfig", "certpath"),
              value(tree, "tlsconfig", "keypath"),
              value(tree, "tlsconfig", "peercacertpath"));
      read.check(failed);
      return read;
    } catch (IOException e) {
      throw new ClientException(failed + "open " + file + ": no such file or directory", e);
    } catch (YamlEngineException e) {
      throw new ClientException(
          failed + "error unmarshalling YAML file " + file + ": " + e.getMessage(), e);
    }
  }

  private static String value(Object tree, String table, String key) {
    return tree instanceof Map<?, ?> tables
            && tables.get(table) instanceof Map<?, ?> values
            && values.get(key) != null
        ? String.valueOf(values.get(key))
        : "";
  }

  void save(Path file) throws ClientException {
    check("Failed persisting configuration: config isn't valid: ");
    String text =
        "version: 0\ntlsconfig:\n"
            + lines("certpath", certificate, "keypath", key, "peercacertpath", peerRoot)
            + "    timeout: 0s\nsignerconfig:\n"
            + lines("mspid", mspId, "identitypath", userCertificate, "keypath", userKey);
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new ClientException(
          "Failed persisting configuration: failed writing file " + file + ": " + e, e);
    }
  }

  private static String lines(String... keysAndValues) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String value = keysAndValues[i + 1];
      boolean plain = value.matches("[A-Za-z/][\\w./@-]*");
      text.append("    ").append(keysAndValues[i]).append(": ");
      text.append(plain ? value : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
      text.append('\n');
    }
    return text.toString();
  }

  private void check(String failed) throws ClientException {
    Map<String, String> needed = new LinkedHashMap<>();
    needed.put("MSPID", mspId);
    needed.put("IdentityPath", userCertificate);
    needed.put("KeyPath", userKey);
    for (Map.Entry<String, String> each : needed.entrySet()) {
      if (each.getValue().isEmpty()) {
        throw new ClientException(failed + each.getKey() + " is mandatory and cannot be empty");
      }
    }
  }

  static ByteString read(String file) throws ClientException {
    try {
      return ByteString.copyFrom(Files.readAllBytes(Path.of(file)));
    } catch (IOException e) {
      throw new ClientException("open " + file + ": no such file or directory", e);
    }
  }
}
