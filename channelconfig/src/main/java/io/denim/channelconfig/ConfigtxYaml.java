package io.denim.channelconfig;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// A `configtx.yaml`: anchors and merged tables, environment variables `CONFIGTX_...` over it, and
/// paths that start at the file's folder (fabric v3.1.5 internal/configtxgen/genesisconfig).
///
/// @param profiles by name
/// @param organizations those listed at the top level
/// @param channelCapabilities those listed at the top level for channels
public record ConfigtxYaml(
    SortedMap<String, ProfileSpec> profiles,
    List<ProfileSpec.Organization> organizations,
    Set<String> channelCapabilities) {
  private static final int MAX_BYTES = 10 << 20;
  private static final int MAX_ALIASES = 1_000;

  /// Reads `configtx.yaml` or `configtx.yml` of a folder.
  ///
  /// @param environment the process's variables
  /// @throws IOException if there is no such file or it cannot be read
  /// @throws ChannelConfigException if it says what a configuration cannot be
  public static ConfigtxYaml load(Path folder, Map<String, String> environment)
      throws IOException, ChannelConfigException {
    Path file = folder.resolve("configtx.yaml");
    if (!Files.exists(file)) {
      Path other = folder.resolve("configtx.yml");
      if (!Files.exists(other)) {
        throw new IOException(
            "Could not find configtx.yaml. Please make sure that FABRIC_CFG_PATH or -configPath is"
                + " set to a path which contains configtx.yaml");
      }
      file = other;
    }
    return read(file, environment);
  }

  /// The profile by this name, whatever the case of its letters.
  ///
  /// @throws ChannelConfigException if there is none
  public ProfileSpec profile(String name) throws ChannelConfigException {
    ProfileSpec profile = profiles.get(name);
    if (profile == null) {
      throw new ChannelConfigException("Could not find profile: " + name);
    }
    return profile;
  }

  /// The organization by this name.
  public Optional<ProfileSpec.Organization> organization(String name) {
    for (ProfileSpec.Organization organization : organizations) {
      if (organization.name().equals(name)) {
        return Optional.of(organization);
      }
    }
    return Optional.empty();
  }

  private static ConfigtxYaml read(Path file, Map<String, String> environment)
      throws IOException, ChannelConfigException {
    Object tree;
    try (Reader reader = Files.newBufferedReader(file)) {
      LoadSettings settings =
          LoadSettings.builder()
              .setSchema(new CoreSchema())
              .setCodePointLimit(MAX_BYTES)
              .setMaxAliasesForCollections(MAX_ALIASES)
              .build();
      tree = new Load(settings).loadFromReader(reader);
    } catch (YamlEngineException e) {
      throw new ChannelConfigException(
          "Error reading configuration: " + file + " is not YAML: " + e.getMessage(), e);
    }
    if (!(tree instanceof Map<?, ?> map)) {
      throw new ChannelConfigException("Error reading configuration: " + file + " is no table");
    }
    Path folder = file.toAbsolutePath().normalize().getParent();
    return read(
        YamlNode.root(map, "configtx", environment),
        new ProfileReader(folder == null ? Path.of("") : folder));
  }

  private static ConfigtxYaml read(YamlNode root, ProfileReader reader)
      throws ChannelConfigException {
    SortedMap<String, ProfileSpec> profiles = new TreeMap<>();
    Optional<YamlNode> tables = root.table("Profiles");
    if (tables.isPresent()) {
      for (var entry : tables.get().entries().entrySet()) {
        profiles.put(entry.getKey(), reader.profile(entry.getValue()));
      }
    }
    List<ProfileSpec.Organization> organizations = new ArrayList<>();
    for (YamlNode organization : root.tables("Organizations")) {
      organizations.add(reader.organization(organization));
    }
    Optional<YamlNode> capabilities = root.table("Capabilities");
    var channel =
        capabilities.isPresent()
            ? ProfileReader.capabilities(capabilities.get().table("Channel"))
            : Set.<String>of();
    // Tables that profiles take pieces of by reference.
    root.table("Channel");
    root.table("Application");
    root.table("Orderer");
    root.finish();
    return new ConfigtxYaml(profiles, List.copyOf(organizations), channel);
  }
}
