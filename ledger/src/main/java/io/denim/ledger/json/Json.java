package io.denim.ledger.json;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A JSON value as it reaches CouchDB through a Fabric peer: members of objects in the order of
/// their names' bytes, numbers as IEEE doubles.
public sealed interface Json {
  Json NULL = new Null();
  Json TRUE = new Bool(true);
  Json FALSE = new Bool(false);

  /// The absent value that is written.
  record Null() implements Json {}

  record Bool(boolean value) implements Json {}

  /// @param integer whether it is written without fraction and exponent, which some operators ask
  ///   for
  record Num(double value, boolean integer) implements Json {
    /// A number as Go writes a double.
    public static Num of(double value) {
      return new Num(value, value == Math.rint(value) && Math.abs(value) < 1e21);
    }
  }

  record Text(String value) implements Json {}

  record Array(List<Json> values) implements Json {
    public Array {
      values = List.copyOf(values);
    }
  }

  /// @param members in the order of their names' bytes
  record Obj(SortedMap<String, Json> members) implements Json {
    /// Orders texts as their UTF-8 bytes are ordered.
    static final Comparator<String> BY_BYTES = Obj::compareBytes;

    public Obj {
      members = Collections.unmodifiableSortedMap(members);
    }

    public static Obj of(Map<String, Json> members) {
      SortedMap<String, Json> sorted = new TreeMap<>(BY_BYTES);
      sorted.putAll(members);
      return new Obj(sorted);
    }

    /// The same with one more or another member.
    public Obj with(String name, Json value) {
      SortedMap<String, Json> changed = new TreeMap<>(BY_BYTES);
      changed.putAll(members);
      changed.put(name, value);
      return new Obj(changed);
    }

    /// The same without one member.
    public Obj without(String name) {
      if (!members.containsKey(name)) {
        return this;
      }
      SortedMap<String, Json> changed = new TreeMap<>(BY_BYTES);
      changed.putAll(members);
      changed.remove(name);
      return new Obj(changed);
    }

    private static int compareBytes(String left, String right) {
      int common = Math.min(left.length(), right.length());
      for (int i = 0; i < common; i++) {
        char a = left.charAt(i);
        char b = right.charAt(i);
        if (a != b) {
          boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
          return surrogates ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
        }
      }
      return Integer.compare(left.length(), right.length());
    }
  }
}
