package io.denim.cli.peer;

import io.denim.cli.ClientException;
import io.denim.cli.command.Flags;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// What a connection profile says of the peers to connect to, a YAML or JSON file (fabric v3.1.5
/// internal/peer/common/networkconfig.go, lifecycle/chaincode/client_connections.go): those of the
/// command's channel that endorse, or the one that `--targetPeer` names where there is no channel.
///
/// @param replacesFlags whether it names peers at all; else the flags' peers stay
/// @param rootCertificates files, one for each address
record ConnectionProfile(
    boolean replacesFlags, List<String> addresses, List<String> rootCertificates) {
  private static final int MAX_BYTES = 10 * 1024 * 1024;

  ConnectionProfile {
    addresses = List.copyOf(addresses);
    rootCertificates = List.copyOf(rootCertificates);
  }

  /// @param channelId empty for a command without a channel
  static ConnectionProfile of(Flags flags, String channelId) throws ClientException {
    Map<String, Object> tree = read(Path.of(flags.text("connectionProfile")));
    List<String> names = new ArrayList<>();
    if (channelId.isEmpty()) {
      if (!flags.has("targetPeer") || flags.text("targetPeer").isEmpty()) {
        throw new ClientException(
            "failed to validate peer connection parameters: --targetPeer must be specified for"
                + " channel-less operation using connection profile");
      }
      names.add(flags.text("targetPeer"));
    } else {
      // not the file's order, which Fabric does not keep either
      new TreeMap<>(map(map(map(tree, "channels"), channelId), "peers"))
          .forEach((name, roles) -> {
            if (roles instanceof Map<?, ?> given
                && Boolean.TRUE.equals(given.get("endorsingPeer"))) {
              names.add(name);
            }
          });
    }
    List<String> addresses = new ArrayList<>();
    List<String> roots = new ArrayList<>();
    Map<String, Object> peers = map(tree, "peers");
    for (String name : names) {
      if (!peers.containsKey(name)) {
        throw new ClientException(
            "failed to validate peer connection parameters: peer '"
                + name
                + "' doesn't have associated peer config");
      }
      Map<String, Object> peer = map(peers, name);
      addresses.add(String.valueOf(peer.getOrDefault("url", "")).replaceFirst("^grpcs?://", ""));
      roots.add(String.valueOf(map(peer, "tlsCACerts").getOrDefault("path", "")));
    }
    return new ConnectionProfile(!names.isEmpty(), addresses, roots);
  }

  private static Map<String, Object> read(Path file) throws ClientException {
    String failed =
        "failed to validate peer connection parameters: error reading connection profile: ";
    if (!Files.isRegularFile(file)) {
      throw new ClientException(failed + "open " + file + ": no such file or directory");
    }
    try (Reader reader = Files.newBufferedReader(file)) {
      Load load = new Load(LoadSettings.builder().setCodePointLimit(MAX_BYTES).build());
      return entries(load.loadFromReader(reader));
    } catch (IOException | YamlEngineException e) {
      throw new ClientException("error unmarshaling YAML: " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> map(Map<String, Object> tree, String key) {
    return entries(tree.get(key));
  }

  private static Map<String, Object> entries(@Nullable Object value) {
    Map<String, Object> entries = new TreeMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, each) -> {
        if (each != null) {
          entries.put(String.valueOf(key), each);
        }
      });
    }
    return entries;
  }
}
