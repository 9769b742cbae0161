package io.denim.gateway;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.ProposalResponse;

/// Who is asked to endorse, in which order, and when it is enough. Each peer is in one group. Owned
/// by the thread that serves the client's call; endorsers' answers are brought to it.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/endorsement.go.
final class EndorsementPlan {
  private final List<Layout> layouts = new ArrayList<>();
  private final Map<String, Deque<Endorsing>> untried = new HashMap<>();
  private final Map<ByteString, String> groups = new HashMap<>();
  private final List<ErrorDetail> errors = new ArrayList<>();
  private Optional<ByteString> payload = Optional.empty();
  private Optional<Layout> complete = Optional.empty();

  /// A combination of groups with what is still missing of it.
  private static final class Layout {
    private final Map<String, Integer> missing;
    private final List<Endorsement> endorsements = new ArrayList<>();

    Layout(Map<String, Integer> quantities) {
      this.missing = new LinkedHashMap<>(quantities);
    }
  }

  /// @param layouts in the order in which they are tried
  /// @param endorsers by group, the best first
  EndorsementPlan(List<Map<String, Integer>> layouts, Map<String, List<Endorsing>> endorsers) {
    layouts.forEach(quantities -> this.layouts.add(new Layout(quantities)));
    endorsers.forEach((group, peers) -> {
      untried.put(group, new ArrayDeque<>(peers));
      peers.forEach(peer -> groups.put(peer.identity(), group));
    });
  }

  /// The peers for the next layout that can still be had; none if no layout is left.
  List<Endorsing> nextEndorsers() {
    while (!layouts.isEmpty()) {
      Layout layout = layouts.getFirst();
      if (isAvailable(layout)) {
        List<Endorsing> endorsers = new ArrayList<>();
        layout.missing.forEach((group, quantity) -> {
          for (int i = 0; i < quantity; i++) {
            endorsers.add(untried(group).removeFirst());
          }
        });
        return endorsers;
      }
      layouts.removeFirst();
    }
    return List.of();
  }

  private boolean isAvailable(Layout layout) {
    for (Map.Entry<String, Integer> group : layout.missing.entrySet()) {
      if (untried(group.getKey()).size() < group.getValue()) {
        return false;
      }
    }
    return true;
  }

  private Deque<Endorsing> untried(String group) {
    return untried.computeIfAbsent(group, none -> new ArrayDeque<>());
  }

  /// Another peer of the same group that has not been asked; without one, every layout that needs
  /// the group is given up.
  Optional<Endorsing> nextInGroup(Endorsing peer) {
    String group = groups.get(peer.identity());
    if (group == null) {
      return Optional.empty();
    }
    Endorsing next = untried(group).pollFirst();
    if (next == null) {
      layouts.removeIf(layout -> layout.missing.containsKey(group));
    }
    return Optional.ofNullable(next);
  }

  /// Gives up the layout that was just tried without success.
  void abandonLayout() {
    if (!layouts.isEmpty()) {
      layouts.removeFirst();
    }
  }

  /// Takes an endorsement.
  ///
  /// @return whether its payload is that of the others
  boolean endorsed(Endorsing peer, ProposalResponse response) {
    String group = groups.get(peer.identity());
    if (group != null) {
      untried(group).remove(peer);
    }
    if (payload.isEmpty()) {
      payload = Optional.of(response.getPayload());
    } else if (!payload.get().equals(response.getPayload())) {
      failed(peer.error("ProposalResponsePayloads do not match"));
      return false;
    }
    for (Layout layout : layouts) {
      Integer missing = group == null ? null : layout.missing.get(group);
      if (missing == null) {
        continue;
      }
      layout.endorsements.add(response.getEndorsement());
      if (missing > 1) {
        layout.missing.put(group, missing - 1);
      } else {
        layout.missing.remove(group);
      }
      if (layout.missing.isEmpty()) {
        complete = Optional.of(layout);
        return true;
      }
    }
    return true;
  }

  void failed(ErrorDetail error) {
    errors.add(error);
  }

  List<ErrorDetail> errors() {
    return List.copyOf(errors);
  }

  boolean isComplete() {
    return complete.isPresent();
  }

  /// The payload that all endorsed.
  ByteString payload() {
    return payload.orElseThrow();
  }

  /// One endorsement of each endorser.
  List<Endorsement> endorsements() {
    Set<ByteString> seen = new HashSet<>();
    List<Endorsement> unique = new ArrayList<>();
    for (Endorsement endorsement : complete.orElseThrow().endorsements) {
      if (seen.add(endorsement.getEndorser())) {
        unique.add(endorsement);
      }
    }
    return unique;
  }
}
