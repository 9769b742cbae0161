package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// The other peers that this one knows, alive or dead, by what they signed themselves. Only later
/// messages of a peer change anything; those of peers that were forgotten stay old. Owned by the
/// core's thread.
///
/// Follows fabric v3.1.5 gossip/discovery/discovery_impl.go.
final class Membership {
  private static final int MAX_KNOWN = 20_000;
  private static final int MAX_FORGOTTEN = 20_000;
  private static final int PROBES = 8;
  private static final long FIRST_RECONNECT = 1_000;

  private final ByteString self;
  private final Timing timing;
  private final Map<ByteString, Known> known = new HashMap<>();
  private final List<Known> alive = new ArrayList<>();
  private final Set<ByteString> current = new HashSet<>(); // payloads of the known ones' messages
  private final Map<ByteString, PeerTimestamp> forgotten =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, PeerTimestamp> eldest) {
          return size() > MAX_FORGOTTEN;
        }
      };

  /// Whether a peer is there.
  private sealed interface Standing {
    record Alive(long lastSeen) implements Standing {}

    record Dead(long since, int attempts, long nextAttempt) implements Standing {}
  }

  private static final class Known {
    private Member member;
    private PeerTimestamp timestamp;
    private Standing standing;
    private int index; // in the list of the alive

    Known(Member member, PeerTimestamp timestamp, Standing standing) {
      this.member = member;
      this.timestamp = timestamp;
      this.standing = standing;
    }
  }

  /// What an alive message has changed.
  enum Learned {
    /// A peer that was not known.
    NEW,
    /// One that was dead.
    REVIVED,
    /// One that is alive still.
    REFRESHED,
    /// The message is old, or there is no room.
    NOTHING
  }

  /// @param self this peer's own PKI-ID
  Membership(ByteString self, Timing timing) {
    this.self = self;
    this.timing = timing;
  }

  /// Whether a message of this peer and time would change anything.
  boolean isNews(ByteString pkiId, PeerTimestamp timestamp) {
    if (pkiId.equals(self)) {
      return false;
    }
    Known before = known.get(pkiId);
    PeerTimestamp last = before == null ? forgotten.get(pkiId) : before.timestamp;
    return last == null || timestamp.isAfter(last);
  }

  /// Whether these bytes are the last message of a peer that is known: then there is nothing to do.
  boolean isCurrent(ByteString payload) {
    return current.contains(payload);
  }

  private void replace(Known each, Member member) {
    current.remove(each.member.alive().getPayload());
    each.member = member;
    current.add(member.alive().getPayload());
  }

  /// Takes a verified alive message.
  Learned alive(Member member, PeerTimestamp timestamp, long now) {
    if (!isNews(member.pkiId(), timestamp)) {
      return Learned.NOTHING;
    }
    Known before = known.get(member.pkiId());
    if (before == null) {
      if (known.size() >= MAX_KNOWN) {
        return Learned.NOTHING;
      }
      forgotten.remove(member.pkiId());
      Known added = new Known(member, timestamp, new Standing.Alive(now));
      known.put(member.pkiId(), added);
      current.add(member.alive().getPayload());
      addAlive(added);
      return Learned.NEW;
    }
    boolean revived = before.standing instanceof Standing.Dead;
    replace(before, withInternalEndpoint(member, before.member));
    before.timestamp = timestamp;
    before.standing = new Standing.Alive(now);
    if (revived) {
      addAlive(before);
    }
    return revived ? Learned.REVIVED : Learned.REFRESHED;
  }

  private static Member withInternalEndpoint(Member member, Member before) {
    return member.internalEndpoint().isEmpty() && !before.internalEndpoint().isEmpty()
        ? new Member(
            member.pkiId(),
            member.mspId(),
            member.identity(),
            member.endpoint(),
            before.internalEndpoint(),
            member.alive())
        : member;
  }

  /// Takes a verified message of a peer that another one holds for dead.
  void heardDead(Member member, PeerTimestamp timestamp, long now) {
    if (isNews(member.pkiId(), timestamp)
        && !known.containsKey(member.pkiId())
        && known.size() < MAX_KNOWN) {
      known.put(member.pkiId(), new Known(member, timestamp, new Standing.Dead(now, 0, now)));
      current.add(member.alive().getPayload());
    }
  }

  /// Holds for dead whom nothing was heard of for too long.
  List<Member> expire(long now) {
    List<Member> expired = new ArrayList<>();
    for (Known each : List.copyOf(alive)) {
      if (each.standing instanceof Standing.Alive(long lastSeen)
          && now - lastSeen > timing.aliveExpiration().toMillis()) {
        bury(each, now);
        expired.add(each.member);
      }
    }
    return expired;
  }

  /// Holds a peer for dead that could not be reached.
  ///
  /// @return whether it was alive
  boolean presumeDead(ByteString pkiId, long now) {
    Known each = known.get(pkiId);
    if (each == null || !(each.standing instanceof Standing.Alive)) {
      return false;
    }
    bury(each, now);
    return true;
  }

  private void bury(Known each, long now) {
    each.standing = new Standing.Dead(now, 0, now + FIRST_RECONNECT);
    removeAlive(each);
  }

  /// Forgets the long dead.
  ///
  /// @param kept those that never are
  void forget(long now, Predicate<Member> kept) {
    Iterator<Known> all = known.values().iterator();
    while (all.hasNext()) {
      Known each = all.next();
      if (each.standing instanceof Standing.Dead(long since, int _, long _)
          && now - since > timing.forgetAfter()
          && !kept.test(each.member)) {
        all.remove();
        current.remove(each.member.alive().getPayload());
        forgotten.put(each.member.pkiId(), each.timestamp);
      }
    }
  }

  /// Forgets a peer at once, because its identity is no more.
  void purge(ByteString pkiId) {
    Known each = known.remove(pkiId);
    if (each == null) {
      return;
    }
    forgotten.put(pkiId, each.timestamp);
    current.remove(each.member.alive().getPayload());
    if (each.standing instanceof Standing.Alive) {
      removeAlive(each);
    }
  }

  /// The dead that it is time to look for again, less and less often.
  List<Member> dueReconnects(long now) {
    List<Member> due = new ArrayList<>();
    for (Known each : known.values()) {
      if (each.standing instanceof Standing.Dead(long since, int attempts, long next)
          && next <= now) {
        long wait =
            Math.min(
                timing.reconnectInterval().toMillis(), FIRST_RECONNECT << Math.min(attempts, 10));
        each.standing = new Standing.Dead(since, attempts + 1, now + wait);
        due.add(each.member);
      }
    }
    return due;
  }

  private boolean hasDead() {
    return known.size() > alive.size();
  }

  int aliveCount() {
    return alive.size();
  }

  List<Member> aliveMembers() {
    List<Member> members = new ArrayList<>(alive.size());
    for (Known each : alive) {
      members.add(each.member);
    }
    return members;
  }

  List<Member> deadMembers() {
    List<Member> members = new ArrayList<>();
    for (Known each : known.values()) {
      if (each.standing instanceof Standing.Dead) {
        members.add(each.member);
      }
    }
    return members;
  }

  /// The dead, with the time from which they are.
  List<View.Lost> lost() {
    List<View.Lost> lost = new ArrayList<>();
    if (!hasDead()) {
      return lost;
    }
    for (Known each : known.values()) {
      if (each.standing instanceof Standing.Dead(long since, int _, long _)) {
        lost.add(new View.Lost(each.member, since));
      }
    }
    return lost;
  }

  Optional<Member> alive(ByteString pkiId) {
    Known each = known.get(pkiId);
    return each != null && each.standing instanceof Standing.Alive
        ? Optional.of(each.member)
        : Optional.empty();
  }

  /// Alive or dead.
  Optional<Member> known(ByteString pkiId) {
    return Optional.ofNullable(known.get(pkiId)).map(each -> each.member);
  }

  /// Some of the alive, at random.
  List<Member> pick(int count, Predicate<Member> wanted, RandomGenerator random) {
    List<Member> picked = new ArrayList<>(count);
    int size = alive.size();
    for (int probe = 0; size > 0 && probe < PROBES * count && picked.size() < count; probe++) {
      take(alive.get(random.nextInt(size)).member, wanted, picked);
    }
    if (picked.size() < count && size > 0) {
      int start = random.nextInt(size);
      for (int i = 0; i < size && picked.size() < count; i++) {
        take(alive.get((start + i) % size).member, wanted, picked);
      }
    }
    return picked;
  }

  private static void take(Member member, Predicate<Member> wanted, Collection<Member> picked) {
    if (!picked.contains(member) && wanted.test(member)) {
      picked.add(member);
    }
  }

  private void addAlive(Known each) {
    each.index = alive.size();
    alive.add(each);
  }

  private void removeAlive(Known each) {
    Known last = alive.removeLast();
    if (last != each) {
      alive.set(each.index, last);
      last.index = each.index;
    }
  }
}
