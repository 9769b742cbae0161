package io.denim.node;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// YAML as plain maps, with its nested tables made into dotted keys in lower case.
final class YamlTree {
  private static final int MAX_BYTES = 10 * 1024 * 1024;

  private YamlTree() {}

  /// Every leaf of a file by its dotted key; lists stay lists, and a key without value is kept as
  /// null.
  static Map<String, Object> flatten(Path file) throws IOException {
    Map<String, Object> flat = new TreeMap<>();
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "no configuration file " + file + ". Set FABRIC_CFG_PATH to the folder that holds it");
    }
    try (Reader reader = Files.newBufferedReader(file)) {
      Object tree = load().loadFromReader(reader);
      if (tree instanceof Map<?, ?> map) {
        flatten("", map, flat);
      }
      return flat;
    } catch (YamlEngineException e) {
      throw new IOException(file + " is not YAML: " + e.getMessage(), e);
    }
  }

  /// Parses a text; one that is not YAML is returned as it is.
  static @Nullable Object parse(String text) {
    try {
      return load().loadFromString(text);
    } catch (YamlEngineException e) {
      return text;
    }
  }

  static Map<String, Object> lowerCaseKeys(Map<?, ?> map) {
    Map<String, Object> lower = new LinkedHashMap<>();
    map.forEach((key, value) -> lower.put(String.valueOf(key).toLowerCase(Locale.ROOT), value));
    return lower;
  }

  private static Load load() {
    return new Load(LoadSettings.builder().setCodePointLimit(MAX_BYTES).build());
  }

  private static void flatten(String prefix, Map<?, ?> map, Map<String, Object> flat) {
    map.forEach((key, value) -> {
      String name = prefix + String.valueOf(key).toLowerCase(Locale.ROOT);
      if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
        flatten(name + ".", inner, flat);
      } else {
        flat.put(name, value);
      }
    });
  }
}
