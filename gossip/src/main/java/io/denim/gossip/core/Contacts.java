package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The endpoints at which this peer looks for others by itself: bootstrap peers of its own
/// organization and channels' anchor peers. Each is contacted, at first four times a second, then
/// every second, later at the reconnect interval, until the peer that is there is known to be
/// alive. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/gossip/gossip_impl.go learnAnchorPeers, connect2BootstrapPeers,
/// which tries every 25 s and gives up in the end.
final class Contacts {
  private static final long FIRST_WAIT = 250;
  private static final long SHORT_WAIT = 1_000;

  private final Timing timing;
  private final Map<String, Contact> contacts = new HashMap<>();

  private static final class Contact {
    private final Set<String> organizations; // empty for any
    private int attempts;
    private long next;
    private @Nullable ByteString found;

    Contact(Set<String> organizations) {
      this.organizations = organizations;
    }
  }

  Contacts(Timing timing) {
    this.timing = timing;
  }

  /// Replaces the wanted endpoints, keeping what is known of those that stay.
  ///
  /// @param wanted by endpoint the MSP ids of whom to expect; several channels may differ
  void want(Map<String, Set<String>> wanted) {
    contacts.keySet().retainAll(wanted.keySet());
    wanted.forEach((endpoint, organizations) -> {
      Contact before = contacts.get(endpoint);
      if (before == null || !before.organizations.equals(organizations)) {
        contacts.put(endpoint, new Contact(new HashSet<>(organizations)));
      }
    });
  }

  boolean isWanted(String endpoint) {
    return contacts.containsKey(endpoint);
  }

  /// The endpoints to contact now.
  ///
  /// @param endpoints at which somebody is alive
  /// @param isAlive of a PKI-ID
  List<String> due(Supplier<Set<String>> endpoints, Predicate<ByteString> isAlive, long now) {
    List<String> due = new ArrayList<>();
    Set<String> alive = Set.of();
    for (Map.Entry<String, Contact> entry : contacts.entrySet()) {
      Contact contact = entry.getValue();
      if (contact.next > now) {
        continue;
      }
      boolean satisfied = contact.found != null && isAlive.test(contact.found);
      if (!satisfied) {
        alive = alive.isEmpty() ? endpoints.get() : alive;
        satisfied = alive.contains(entry.getKey());
      }
      contact.attempts = satisfied ? 0 : contact.attempts + 1;
      contact.next = now + (satisfied ? FIRST_WAIT : waiting(contact.attempts));
      if (!satisfied) {
        due.add(entry.getKey());
      }
    }
    return due;
  }

  private long waiting(int attempts) {
    if (attempts < 4) {
      return FIRST_WAIT;
    }
    return attempts < timing.maxConnectionAttempts()
        ? SHORT_WAIT
        : timing.reconnectInterval().toMillis();
  }

  /// Notes who is at an endpoint.
  ///
  /// @return whether it was contacted and may be spoken with
  boolean found(String endpoint, ByteString pkiId, String mspId) {
    Contact contact = contacts.get(endpoint);
    if (contact == null) {
      return false;
    }
    if (!contact.organizations.isEmpty() && !contact.organizations.contains(mspId)) {
      return false;
    }
    contact.found = pkiId;
    return true;
  }

  /// Whether the peer is one that is looked for again and again.
  boolean isContact(Member member) {
    return isWanted(member.endpoint())
        || isWanted(member.internalEndpoint())
        || contacts.values().stream()
            .anyMatch(contact -> Objects.equals(contact.found, member.pkiId()));
  }
}
