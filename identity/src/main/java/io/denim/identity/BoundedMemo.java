package io.denim.identity;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A map that forgets: when its young half is full, the old half is dropped and the young becomes
/// old; what is asked for again becomes young again. Reads take no lock. Safe for use by any
/// thread.
final class BoundedMemo<K, V> {
  private final int half;
  private volatile Halves<K, V> halves = new Halves<>();

  private static final class Halves<K, V> {
    final ConcurrentHashMap<K, V> young = new ConcurrentHashMap<>();
    final ConcurrentHashMap<K, V> old;

    Halves() {
      this(new ConcurrentHashMap<>());
    }

    Halves(ConcurrentHashMap<K, V> old) {
      this.old = old;
    }
  }

  BoundedMemo(int capacity) {
    this.half = Math.max(1, capacity / 2);
  }

  Optional<V> get(K key) {
    Halves<K, V> current = halves;
    @Nullable V value = current.young.get(key);
    if (value == null) {
      value = current.old.get(key);
      if (value != null) {
        put(key, value);
      }
    }
    return Optional.ofNullable(value);
  }

  void put(K key, V value) {
    Halves<K, V> current = halves;
    current.young.put(key, value);
    if (current.young.mappingCount() >= half) {
      turn(current);
    }
  }

  private synchronized void turn(Halves<K, V> full) {
    if (halves == full) {
      halves = new Halves<>(full.young);
    }
  }
}
