package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.gateway.EndorsementLayouts.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;

/// Chooses whom to ask: this peer and its organization first, of others those with the longest
/// ledgers. Pure. Immutable.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/registry.go.
///
/// @param absences tells why organizations have no peer to choose
/// @param self this peer's identity
/// @param isSystemChaincode whose functions every peer has
record EndorserSelection(
    EndorsementAnalysis analysis,
    Absences absences,
    ByteString self,
    String ownMspId,
    Predicate<String> isSystemChaincode) {
  /// A plan, or why there is none.
  sealed interface Choice {
    record Planned(EndorsementPlan plan) implements Choice {}

    /// @param reason in Fabric's words
    record Impossible(String reason) implements Choice {}
  }

  /// One peer of each organization.
  Choice ofOrganizations(String chaincode, List<String> organizations) {
    Map<String, List<Endorsing>> all = byOrganization(chaincode);
    Map<String, List<Endorsing>> endorsers = new LinkedHashMap<>();
    Map<String, Integer> layout = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String organization : organizations) {
      List<Endorsing> peers = all.get(organization);
      if (peers == null) {
        missing.add(organization);
      } else {
        endorsers.put(organization, peers);
        layout.put(organization, 1);
      }
    }
    return missing.isEmpty()
        ? new Choice.Planned(new EndorsementPlan(List.of(layout), endorsers))
        : new Choice.Impossible(
            "failed to find any endorsing peers for org(s): " + String.join(", ", missing));
  }

  /// Any one peer, of the own organization if possible.
  ///
  /// @param organizations those that may see the request; all if empty
  Choice evaluator(String chaincode, List<String> organizations) {
    Map<String, List<Endorsing>> all = byOrganization(chaincode);
    Set<String> allowed =
        new LinkedHashSet<>(organizations.isEmpty() ? all.keySet() : organizations);
    List<Endorsing> endorsers = new ArrayList<>();
    if (allowed.remove(ownMspId)) {
      endorsers.addAll(all.getOrDefault(ownMspId, List.of()));
    }
    for (ChannelPeer peer : sorted(analysis.peers())) {
      if (allowed.contains(peer.peer().mspId()) && has(peer, chaincode) && isReachable(peer)) {
        endorsers.add(endorsing(peer));
      }
    }
    return endorsers.isEmpty()
        ? new Choice.Impossible(
            "no peers available to evaluate chaincode "
                + chaincode
                + " in channel "
                + analysis.config().channelId())
        : new Choice.Planned(
            new EndorsementPlan(List.of(Map.of("g1", 1)), Map.of("g1", endorsers)));
  }

  /// Peers that satisfy all policies of an interest.
  ///
  /// @param first who has endorsed already, whose group comes first
  Choice ofInterest(ChaincodeInterest interest, Optional<Endorsing> first, RandomGenerator random) {
    return switch (analysis.layouts(interest)) {
      case Outcome.Found(EndorsementLayouts layouts) -> plan(layouts, first, random);
      case Outcome.Impossible(String reason) ->
          new Choice.Impossible(
              "no combination of peers can be derived which satisfy the endorsement policy: "
                  + reason
                  + absences.explain(interest));
    };
  }

  private Choice plan(EndorsementLayouts found, Optional<Endorsing> first, RandomGenerator random) {
    Map<String, List<Endorsing>> endorsers = new LinkedHashMap<>();
    List<String> unavailable = new ArrayList<>();
    String preferred = "";
    for (Map.Entry<String, List<ChannelPeer>> group : found.endorsers().entrySet()) {
      List<Endorsing> peers = new ArrayList<>();
      for (ChannelPeer peer : sorted(group.getValue())) {
        if (isReachable(peer)) {
          peers.add(endorsing(peer));
        } else {
          unavailable.add(peer.peer().endpoint());
        }
      }
      if (first.isPresent() && peers.contains(first.get())) {
        preferred = group.getKey();
      }
      endorsers.put(group.getKey(), peers);
    }
    List<Map<String, Integer>> layouts = order(found.layouts(), endorsers, preferred, random);
    return layouts.isEmpty()
        ? new Choice.Impossible(
            "failed to select a set of endorsers that satisfy the endorsement policy due to"
                + " unavailability of peers: ["
                + String.join(" ", unavailable)
                + "]")
        : new Choice.Planned(new EndorsementPlan(layouts, endorsers));
  }

  private static List<Map<String, Integer>> order(
      List<Map<String, Integer>> layouts,
      Map<String, List<Endorsing>> endorsers,
      String preferred,
      RandomGenerator random) {
    List<Map<String, Integer>> withFirst = new ArrayList<>();
    List<Map<String, Integer>> others = new ArrayList<>();
    for (Map<String, Integer> layout : layouts) {
      boolean available =
          layout.entrySet().stream()
              .allMatch(group ->
                  endorsers.getOrDefault(group.getKey(), List.of()).size() >= group.getValue());
      if (available && !layout.isEmpty()) {
        (layout.containsKey(preferred) ? withFirst : others).add(layout);
      }
    }
    Collections.shuffle(withFirst, Random.from(random));
    Collections.shuffle(others, Random.from(random));
    withFirst.addAll(others);
    return withFirst;
  }

  private Map<String, List<Endorsing>> byOrganization(String chaincode) {
    Map<String, List<Endorsing>> endorsers = new TreeMap<>();
    for (ChannelPeer peer : sorted(analysis.peers())) {
      if (has(peer, chaincode) && isReachable(peer)) {
        endorsers
            .computeIfAbsent(peer.peer().mspId(), mspId -> new ArrayList<>())
            .add(endorsing(peer));
      }
    }
    return endorsers;
  }

  private boolean has(ChannelPeer peer, String chaincode) {
    return peer.chaincodes().containsKey(chaincode) || isSystemChaincode.test(chaincode);
  }

  private boolean isReachable(ChannelPeer peer) {
    return isSelf(peer) || !peer.peer().endpoint().isEmpty();
  }

  private boolean isSelf(ChannelPeer peer) {
    return peer.peer().identity().equals(self);
  }

  private Endorsing endorsing(ChannelPeer peer) {
    KnownPeer known = peer.peer();
    return new Endorsing(known.mspId(), known.identity(), known.endpoint(), isSelf(peer));
  }

  /// The longest ledger first; among equals this peer.
  private List<ChannelPeer> sorted(List<ChannelPeer> peers) {
    return peers.stream()
        .sorted(
            Comparator.comparingLong(ChannelPeer::ledgerHeight)
                .reversed()
                .thenComparing(peer -> isSelf(peer) ? 0 : 1))
        .toList();
  }
}
