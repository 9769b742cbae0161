package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The identities of peers by PKI-ID: valid when they came, dropped when their certificate expires,
/// when a configuration no longer knows them, or when nobody asked for them in an hour. Owned by
/// the core's thread.
///
/// Follows fabric v3.1.5 gossip/identity/identity.go.
final class Identities {
  private static final int MAX_IDENTITIES = 20_000;
  private static final int MAX_IDENTITY_BYTES = 32 * 1024;
  private static final long UNUSED_MILLIS = 60 * 60 * 1000;

  private final MessageCrypto crypto;
  private final ByteString self;
  private final Map<ByteString, Stored> stored = new HashMap<>();

  private static final class Stored {
    private final PeerIdentity identity;
    private long lastUsed;

    Stored(PeerIdentity identity, long lastUsed) {
      this.identity = identity;
      this.lastUsed = lastUsed;
    }
  }

  /// @param self this peer's own PKI-ID, which never expires here
  Identities(MessageCrypto crypto, ByteString self) {
    this.crypto = crypto;
    this.self = self;
  }

  /// Takes an identity if it is a valid member's and has this PKI-ID.
  ///
  /// @return empty if it is refused
  Optional<PeerIdentity> put(ByteString pkiId, ByteString serialized, long now) {
    Optional<PeerIdentity> known = get(pkiId, now);
    if (known.isPresent()) {
      return known;
    }
    if (serialized.size() > MAX_IDENTITY_BYTES || stored.size() >= MAX_IDENTITIES) {
      return Optional.empty();
    }
    Optional<PeerIdentity> valid =
        crypto
            .identity(serialized)
            .filter(identity -> identity.pkiId().equals(pkiId) && identity.notAfter() >= now);
    valid.ifPresent(identity -> stored.put(pkiId, new Stored(identity, now)));
    return valid;
  }

  Optional<PeerIdentity> get(ByteString pkiId, long now) {
    Stored known = stored.get(pkiId);
    if (known == null) {
      return Optional.empty();
    }
    known.lastUsed = now;
    return Optional.of(known.identity);
  }

  boolean has(ByteString pkiId) {
    return stored.containsKey(pkiId);
  }

  /// Drops what has expired or is of no use.
  ///
  /// @return the PKI-IDs that are no more
  List<ByteString> purge(long now) {
    List<ByteString> purged = new ArrayList<>();
    Iterator<Map.Entry<ByteString, Stored>> all = stored.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<ByteString, Stored> entry = all.next();
      Stored each = entry.getValue();
      boolean over = each.identity.notAfter() < now || each.lastUsed + UNUSED_MILLIS < now;
      if (over && !entry.getKey().equals(self)) {
        all.remove();
        purged.add(entry.getKey());
      }
    }
    return purged;
  }

  /// Judges all anew, after a configuration has changed.
  ///
  /// @return the PKI-IDs that are no more
  List<ByteString> revalidate() {
    List<ByteString> purged = new ArrayList<>();
    Iterator<Map.Entry<ByteString, Stored>> all = stored.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<ByteString, Stored> entry = all.next();
      if (!entry.getKey().equals(self)
          && crypto.identity(entry.getValue().identity.serialized()).isEmpty()) {
        all.remove();
        purged.add(entry.getKey());
      }
    }
    return purged;
  }
}
