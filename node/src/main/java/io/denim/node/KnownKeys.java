package io.denim.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which keys a node knows: those that it asked for and those that it is known to ignore.
///
/// @param asked in lower case
/// @param askedTrees beginnings of keys, in lower case and with a dot at the end
/// @param ignored in any case; one that ends in a dot stands for all below it
record KnownKeys(Set<String> asked, Set<String> askedTrees, Set<String> ignored) {
  /// What a node makes of a key.
  enum Standing {
    HONOURED,
    IGNORED,
    UNKNOWN
  }

  /// @param key in lower case
  Standing standing(String key) {
    if (asked.contains(key) || covered(key, askedTrees)) {
      return Standing.HONOURED;
    }
    // A section that is left empty stands for the keys that it could have.
    return covered(key, ignored) || asked.stream().anyMatch(name -> name.startsWith(key + "."))
        ? Standing.IGNORED
        : Standing.UNKNOWN;
  }

  /// All known keys, as those who made them known spell them.
  List<String> names() {
    List<String> names = new ArrayList<>(asked);
    names.addAll(ignored);
    return names;
  }

  /// Variables that override no known key, with what may have been meant.
  List<String> unknownVariables(String prefix, Set<String> variables) {
    TreeMap<String, String> known = new TreeMap<>(); // keys as variables spell them
    names().forEach(name -> known.put(variable(prefix, name), name));
    askedTrees.forEach(name -> known.put(variable(prefix, name), name));
    List<String> unknown = new ArrayList<>();
    for (String name : new TreeSet<>(variables)) {
      if (name.startsWith(prefix + "_") && !isKnown(name, known.keySet())) {
        String lower = name.toLowerCase(Locale.ROOT);
        String nearest = Spelling.nearest(lower, known.keySet());
        unknown.add(nearest.isEmpty() ? name : name + " (did you mean " + nearest + "?)");
      }
    }
    return unknown;
  }

  private static boolean isKnown(String name, Set<String> known) {
    return known.contains(name)
        || known.stream().anyMatch(each -> each.endsWith("_") && name.startsWith(each));
  }

  private static String variable(String prefix, String key) {
    return prefix + "_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static boolean covered(String key, Set<String> names) {
    for (String name : names) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.endsWith(".")
          ? key.startsWith(lower) || lower.startsWith(key + ".")
          : key.equals(lower) || lower.startsWith(key + ".")) {
        return true;
      }
    }
    return false;
  }
}
