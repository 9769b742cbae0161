package io.denim.identity;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tables of those P-256 keys that sign most: some endorsers, orderers and busy clients sign
/// nearly all that a node sees. A table is made, once, after so many uses of its key that it pays;
/// where there is no room, a key needs more uses to put out the one that was idle longest. At most
/// 24 tables of 1 MiB. Safe for use by any thread.
final class HotKeys {
  private static final int MOST_TABLES = 24;
  private static final int MOST_COUNTED = 4_096;
  private static final int USES = 500;
  private static final int USES_WITHOUT_ROOM = 5_000;

  private final Map<ByteString, P256Table> tables = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<ByteString, Integer> uses =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, Integer> eldest) {
          return size() > MOST_COUNTED;
        }
      };

  /// A key's table, if it has one by now. Counts the use.
  Optional<P256Table> table(VerifyingKey key) {
    if (!isDue(key.id())) {
      synchronized (this) {
        return Optional.ofNullable(tables.get(key.id()));
      }
    }
    Optional<P256Table> made = make(key);
    if (made.isPresent()) {
      keep(key.id(), made.get());
    }
    return made;
  }

  private synchronized boolean isDue(ByteString id) {
    if (tables.containsKey(id)) {
      return false;
    }
    int count = uses.merge(id, 1, Integer::sum);
    return count == (tables.size() < MOST_TABLES ? USES : USES_WITHOUT_ROOM);
  }

  private synchronized void keep(ByteString id, P256Table table) {
    if (tables.size() >= MOST_TABLES) {
      Iterator<ByteString> idle = tables.keySet().iterator();
      uses.remove(idle.next());
      idle.remove();
    }
    tables.put(id, table);
  }

  private static Optional<P256Table> make(VerifyingKey key) {
    @Nullable Object publicKey = key.key().orElse(null);
    if (publicKey instanceof ECPublicKey point && key.order().equals(P256Order.ORDER)) {
      BigInteger x = point.getW().getAffineX();
      return Optional.of(P256Table.of(x, point.getW().getAffineY()));
    }
    return Optional.empty();
  }
}
