package io.denim.node;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node's configuration while it is read into records: a YAML file whose every key an environment
/// variable overrides, with Fabric's conventions (keys regardless of case, `CORE_PEER_TLS_ENABLED`
/// for `peer.tls.enabled`, an empty variable is none, relative paths start at the file's folder;
/// fabric v3.1.5 common/viperutil, internal/peer/common). Wrong values are gathered and reported
/// together by {@link #finish}, which also names keys of the file that nobody asked for. Used by
/// one thread, at start-up.
public final class Settings {
  private static final Logger LOG = LoggerFactory.getLogger(Settings.class);

  private final Path file;
  private final String prefix;
  private final Map<String, String> environment;
  private final Map<String, Object> values;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> asked = new TreeSet<>();
  private final Set<String> askedTrees = new TreeSet<>();

  private Settings(
      Path file, String prefix, Map<String, String> environment, Map<String, Object> values) {
    this.file = file;
    this.prefix = prefix;
    this.environment = Map.copyOf(environment);
    this.values = values;
  }

  /// Reads a file.
  ///
  /// @param prefix of environment variables, such as `CORE`
  /// @throws IOException if the file cannot be read or is not YAML
  public static Settings load(Path file, String prefix, Map<String, String> environment)
      throws IOException {
    return new Settings(
        file.toAbsolutePath().normalize(), prefix, environment, YamlTree.flatten(file));
  }

  /// Settings without a file: defaults and environment variables only.
  ///
  /// @param folder where relative paths start
  public static Settings empty(Path folder, String prefix, Map<String, String> environment) {
    return new Settings(
        folder.resolve("(no file)").toAbsolutePath(), prefix, environment, new TreeMap<>());
  }

  public String text(String key, String fallback) {
    return optionalText(key).orElse(fallback);
  }

  /// Empty where the key is absent, null or empty text.
  public Optional<String> optionalText(String key) {
    Object value = raw(key);
    if (value instanceof List<?> || value instanceof Map<?, ?>) {
      problem(key, value, "one value");
      return Optional.empty();
    }
    return value == null || value.toString().isEmpty()
        ? Optional.empty()
        : Optional.of(value.toString());
  }

  public boolean flag(String key, boolean fallback) {
    return parsed(key, fallback, "true or false", Settings::parseFlag);
  }

  /// A whole number within bounds, which are inclusive.
  public int number(String key, int fallback, int least, int most) {
    String expected = "a whole number from " + least + " to " + most;
    return parsed(
        key,
        fallback,
        expected,
        text -> {
          int value = Integer.parseInt(text.strip());
          return value >= least && value <= most ? value : null;
        });
  }

  public double decimal(String key, double fallback) {
    return parsed(key, fallback, "a number", text -> Double.valueOf(text.strip()));
  }

  /// A duration as Go writes it, `300ms` or `1m30s`; a bare number is nanoseconds.
  public Duration duration(String key, Duration fallback) {
    return parsed(key, fallback, "a duration such as 300ms, 10s or 1m30s", GoDuration::parse);
  }

  /// A size in bytes, `512 KB`, `10mb` or a bare number.
  public long bytes(String key, long fallback) {
    return parsed(key, fallback, "a size such as 512 KB or 10 MB", ByteSize::parse);
  }

  /// One of some words, regardless of case.
  public String choice(String key, String fallback, List<String> words) {
    return parsed(
        key,
        fallback,
        "one of " + String.join(", ", words),
        text -> {
          for (String word : words) {
            if (word.equalsIgnoreCase(text.strip())) {
              return word;
            }
          }
          return null;
        });
  }

  /// The bytes of the file that a key names; empty where it names none or one that cannot be read,
  /// which is reported.
  public Optional<ByteString> content(String key) {
    Optional<Path> path = path(key);
    return path.isEmpty() ? Optional.empty() : content(key, path.get());
  }

  /// The bytes of a file that a key names among others.
  Optional<ByteString> content(String key, Path path) {
    try {
      return Optional.of(ByteString.copyFrom(Files.readAllBytes(path)));
    } catch (IOException e) {
      problem(key, path, "a file that can be read (" + e.getClass().getSimpleName() + ")");
      return Optional.empty();
    }
  }

  /// A path; a relative one starts at the configuration file's folder.
  public Optional<Path> path(String key) {
    return optionalText(key).map(this::resolve);
  }

  /// Texts: a YAML list, or separated by commas or white space in an environment variable.
  public List<String> texts(String key) {
    Object value = raw(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(String::valueOf).toList();
    }
    String text = value.toString().strip();
    if (text.startsWith("[") && YamlTree.parse(text) instanceof List<?> list) {
      return list.stream().map(String::valueOf).toList();
    }
    return text.isEmpty() ? List.of() : List.of(text.split("[,\\s]+"));
  }

  public List<Path> paths(String key) {
    return texts(key).stream().map(this::resolve).toList();
  }

  /// A list of maps, such as external builders: from the file, or as YAML in a variable.
  public List<Map<String, Object>> tables(String key) {
    Object value = raw(key);
    if (value instanceof String text) {
      value = YamlTree.parse(text);
    }
    if (value == null) {
      return List.of();
    }
    List<Map<String, Object>> tables = new ArrayList<>();
    for (Object row : value instanceof List<?> list ? list : List.of(value)) {
      if (row instanceof Map<?, ?> map) {
        tables.add(YamlTree.lowerCaseKeys(map));
      } else {
        problem(key, row, "a list of tables");
      }
    }
    return tables;
  }

  /// All keys below one, with the rest of their names, in lower case. Whatever stands there counts
  /// as known.
  public Map<String, String> below(String key) {
    String start = key.toLowerCase(Locale.ROOT) + ".";
    askedTrees.add(start);
    Map<String, String> found = new TreeMap<>();
    values.forEach((name, value) -> {
      if (name.startsWith(start) && value != null) {
        String override = environment.get(variable(name));
        found.put(name.substring(start.length()), override == null ? "" + value : override);
      }
    });
    return found;
  }

  /// Where relative paths start.
  public Path folder() {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  /// Counts keys as honoured whose values do not matter as others stand.
  public void know(String... keys) {
    for (String key : keys) {
      asked.add(key.toLowerCase(Locale.ROOT));
    }
  }

  /// Adds a problem that only its reader can see, to be reported by {@link #finish}.
  public void problem(String key, Object value, String expected) {
    problems.add(
        (fromEnvironment(key) ? "environment variable " + variable(key) : file + ": " + key)
            + " is '"
            + value
            + "', but "
            + expected
            + " is expected");
  }

  /// Checks that every value could be used.
  ///
  /// @param ignored keys that Fabric has and that mean nothing here; one that ends in a dot stands
  ///   for all below it
  /// @throws SettingsException with every wrong value, one a line
  public Unused finish(Set<String> ignored) throws SettingsException {
    if (!problems.isEmpty()) {
      throw new SettingsException(List.copyOf(problems));
    }
    KnownKeys known = new KnownKeys(asked, askedTrees, ignored);
    List<String> passedOver = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    values.forEach((key, value) -> {
      switch (known.standing(key)) {
        case HONOURED -> {}
        case IGNORED -> {
          if (!isEmpty(value)) {
            passedOver.add(key);
          }
        }
        case UNKNOWN -> unknown.add(Spelling.describe(key, known.names()));
      }
    });
    return new Unused(passedOver, unknown);
  }

  /// Does as {@link #finish} and tells who reads the log: what is ignored in one line, what is not
  /// known, keys and environment variables, one by one.
  ///
  /// @throws SettingsException with every wrong value, one a line
  public void report(Set<String> ignored) throws SettingsException {
    Unused unused = finish(ignored);
    if (!unused.ignored().isEmpty()) {
      LOG.info(
          "{}: ignored keys, which change nothing: {}", file, String.join(", ", unused.ignored()));
    }
    unused.unknown().forEach(key -> LOG.warn("{}: unknown key {}", file, key));
    unknownVariables(ignored).forEach(name -> LOG.warn("unknown environment variable {}", name));
  }

  /// Environment variables with this node's prefix that override no known key, with what may have
  /// been meant.
  List<String> unknownVariables(Set<String> ignored) {
    return new KnownKeys(asked, askedTrees, ignored).unknownVariables(prefix, environment.keySet());
  }

  /// Keys that change nothing.
  ///
  /// @param ignored known to Fabric and meaningless here, of those that have a value
  /// @param unknown not known, with what may have been meant
  public record Unused(List<String> ignored, List<String> unknown) {
    public Unused {
      ignored = List.copyOf(ignored);
      unknown = List.copyOf(unknown);
    }
  }

  private <T> T parsed(
      String key, T fallback, String expected, Function<String, @Nullable T> parser) {
    Optional<String> text = optionalText(key);
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      T value = parser.apply(text.get());
      if (value != null) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      // reported below, as for a value that the parser refused without a reason
    }
    problem(key, text.get(), expected);
    return fallback;
  }

  private static @Nullable Boolean parseFlag(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true", "t", "1", "yes", "on" -> true;
      case "false", "f", "0", "no", "off" -> false;
      default -> null;
    };
  }

  private static boolean isEmpty(@Nullable Object value) {
    return value == null
        || value.toString().isEmpty()
        || (value instanceof List<?> list && list.isEmpty())
        || (value instanceof Map<?, ?> map && map.isEmpty());
  }

  private Path resolve(String path) {
    return folder().resolve(path).normalize();
  }

  private @Nullable Object raw(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    asked.add(lower);
    String override = environment.get(variable(key));
    return override == null || override.isEmpty() ? values.get(lower) : override;
  }

  private boolean fromEnvironment(String key) {
    String override = environment.get(variable(key));
    return override != null && !override.isEmpty();
  }

  private String variable(String key) {
    return prefix + "_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }
}
