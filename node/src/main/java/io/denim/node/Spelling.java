package io.denim.node;

import java.util.Collection;
import java.util.Locale;

/// Finds what a misspelt name may have meant.
public final class Spelling {
  private Spelling() {}

  /// The name, with the nearest known one if there is one that near.
  static String describe(String name, Collection<String> known) {
    String nearest = nearest(name, known);
    return nearest.isEmpty() ? name : name + " (did you mean " + nearest + "?)";
  }

  /// The known name that differs in the fewest letters; empty where none is at most a third away.
  public static String nearest(String name, Collection<String> known) {
    String best = "";
    int least = Math.max(1, name.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(name, candidate.toLowerCase(Locale.ROOT), least);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  /// Levenshtein's distance, or some number past the bound.
  private static int distance(String a, String b, int bound) {
    if (Math.abs(a.length() - b.length()) >= bound) {
      return bound;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
