package io.denim.channelconfig;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A table of a YAML document as it is read into a record: keys regardless of case, each overridden
/// by an environment variable with the key's whole path in its name, unless the table is an item of
/// a list (fabric v3.1.5 common/viperutil/config_util.go). {@link #finish} refuses keys that nobody
/// asked for. Used by one thread.
final class YamlNode {
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,10})\\s*([kmg])b?", Pattern.CASE_INSENSITIVE);
  private static final long MAX_UINT32 = 0xffff_ffffL;

  private final Map<?, ?> values;
  private final String path;
  private final boolean inList;
  private final Map<String, String> environment;
  private final Set<String> asked = new HashSet<>();

  private YamlNode(Map<?, ?> values, String path, boolean inList, Map<String, String> environment) {
    this.values = values;
    this.path = path;
    this.inList = inList;
    this.environment = environment;
  }

  /// @param prefix of environment variables, in capitals
  static YamlNode root(Map<?, ?> values, String prefix, Map<String, String> environment) {
    return new YamlNode(values, prefix, false, environment);
  }

  Optional<String> text(String key) throws ChannelConfigException {
    Object value = value(key);
    if (value instanceof Map<?, ?> || value instanceof List<?>) {
      throw new ChannelConfigException(name(key) + " is not one value");
    }
    return Optional.ofNullable(value).map(Object::toString);
  }

  /// A list of texts; a text in brackets is one as well, and a single text a list of one.
  List<String> texts(String key) throws ChannelConfigException {
    Object value = value(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof Map<?, ?>) {
      throw new ChannelConfigException(name(key) + " is not a list");
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object item : list) {
        texts.add(String.valueOf(item));
      }
      return texts;
    }
    String text = value.toString();
    if (text.length() < 2 || !text.startsWith("[") || !text.endsWith("]")) {
      return List.of(text);
    }
    for (String item : text.substring(1, text.length() - 1).split(",", -1)) {
      texts.add(item.strip());
    }
    return texts;
  }

  /// An unsigned 32-bit number, in which `k`, `MB` and the like are powers of 1024; 0 where the key
  /// is absent.
  long number(String key) throws ChannelConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return 0;
    }
    Matcher size = SIZE.matcher(text.get());
    try {
      long number =
          size.matches()
              ? Long.parseLong(size.group(1)) << shift(size.group(2))
              : Long.parseLong(text.get());
      if (number < 0 || number > MAX_UINT32) {
        throw new ChannelConfigException(
            name(key) + ": value '" + text.get() + "' overflows uint32");
      }
      return number;
    } catch (NumberFormatException e) {
      throw new ChannelConfigException(name(key) + ": '" + text.get() + "' is not a number", e);
    }
  }

  boolean flag(String key) throws ChannelConfigException {
    String text = text(key).orElse("false").toLowerCase(Locale.ROOT);
    return switch (text) {
      case "true", "t", "1" -> true;
      case "false", "f", "0", "" -> false;
      default ->
          throw new ChannelConfigException(
              name(key) + ": '" + text + "' is neither true nor false");
    };
  }

  /// The table by this key; empty where there is none.
  Optional<YamlNode> table(String key) throws ChannelConfigException {
    Object value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Map<?, ?> map) {
      return Optional.of(new YamlNode(map, name(key), inList, environment));
    }
    throw new ChannelConfigException(name(key) + " is not a table");
  }

  /// The tables in a list.
  List<YamlNode> tables(String key) throws ChannelConfigException {
    Object value = value(key);
    List<YamlNode> tables = new ArrayList<>();
    if (value == null) {
      return tables;
    }
    if (!(value instanceof List<?> list)) {
      throw new ChannelConfigException(name(key) + " is not a list");
    }
    for (Object item : list) {
      if (!(item instanceof Map<?, ?> map)) {
        throw new ChannelConfigException(name(key) + " has an item that is not a table");
      }
      tables.add(new YamlNode(map, name(key) + "[" + tables.size() + "]", true, environment));
    }
    return tables;
  }

  /// The tables by keys that the document chooses.
  SortedMap<String, YamlNode> entries() throws ChannelConfigException {
    SortedMap<String, YamlNode> entries = new TreeMap<>();
    for (Object key : values.keySet()) {
      String name = String.valueOf(key);
      Optional<YamlNode> table = table(name);
      if (table.isPresent()) {
        entries.put(name, table.get());
      }
    }
    return entries;
  }

  /// The keys that the document chooses.
  Set<String> keys() {
    Set<String> keys = new HashSet<>();
    for (Object key : values.keySet()) {
      keys.add(String.valueOf(key));
    }
    return keys;
  }

  /// @throws ChannelConfigException if the table has a key that was not asked for
  void finish() throws ChannelConfigException {
    SortedMap<String, String> unused = new TreeMap<>();
    for (Object key : values.keySet()) {
      String name = String.valueOf(key);
      if (!asked.contains(name.toLowerCase(Locale.ROOT))) {
        unused.put(name, name);
      }
    }
    if (!unused.isEmpty()) {
      throw new ChannelConfigException(
          "Error unmarshalling config into struct: '"
              + path
              + "' has invalid keys: "
              + String.join(", ", unused.keySet()));
    }
  }

  private String name(String key) {
    return path + "." + key;
  }

  private @Nullable Object value(String key) {
    asked.add(key.toLowerCase(Locale.ROOT));
    if (!inList) {
      String override = environment.get(name(key).replace('.', '_').toUpperCase(Locale.ROOT));
      if (override != null && !override.isEmpty()) {
        return override;
      }
    }
    if (values.containsKey(key)) {
      return values.get(key);
    }
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      if (String.valueOf(entry.getKey()).equalsIgnoreCase(key)) {
        return entry.getValue();
      }
    }
    return null;
  }

  private static int shift(String unit) {
    return switch (unit.toLowerCase(Locale.ROOT)) {
      case "k" -> 10;
      case "m" -> 20;
      default -> 30;
    };
  }
}
