package io.denim.gateway;

import io.denim.channelconfig.ChannelConfig;
import io.denim.gateway.EndorsementLayouts.Outcome;
import io.denim.identity.IdentityOutcome;
import io.denim.policy.PrincipalSets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// Finds the peers that together satisfy every policy which an invocation falls under. Pure: works
/// on what it is given. Immutable.
///
/// Follows fabric v3.1.5 discovery/endorsement/endorsement.go.
///
/// @param peers those of the channel that are alive
/// @param chaincodes the channel's definitions by name
record EndorsementAnalysis(
    ChannelConfig config,
    List<ChannelPeer> peers,
    Function<String, Optional<DefinedChaincode>> chaincodes) {
  EndorsementAnalysis {
    peers = List.copyOf(peers);
  }

  /// Looks for layouts.
  Outcome layouts(ChaincodeInterest interest) {
    try {
      return new Outcome.Found(find(interest));
    } catch (ImpossibleException e) {
      return new Outcome.Impossible(e.reason());
    }
  }

  /// The peers that have the interest's chaincodes and may see its collections; all for an empty
  /// interest. Empty if a chaincode or collection is not defined.
  Optional<List<ChannelPeer>> authorized(ChaincodeInterest interest) {
    try {
      List<ChannelPeer> able = interest.getChaincodesCount() == 0 ? peers : able(interest);
      return Optional.of(permitted(able, interest));
    } catch (ImpossibleException e) {
      return Optional.empty();
    }
  }

  /// Why there are no layouts, on its way up.
  private static final class ImpossibleException extends Exception {
    private static final long serialVersionUID = 1L;

    ImpossibleException(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  private EndorsementLayouts find(ChaincodeInterest interest) throws ImpossibleException {
    Set<ChannelPeer> able = new HashSet<>(able(interest));
    List<ChannelPeer> permitted = permitted(peers, interest);
    PrincipalCombinations combinations = combinations(interest);
    Groups groups = new Groups(config, permitted);
    List<Map<String, Integer>> layouts = new ArrayList<>();
    for (List<ComparablePrincipal> set : combinations.sets()) {
      Map<String, Integer> layout = groups.layout(set);
      if (groups.satisfies(layout, peer -> true)) {
        layouts.add(layout);
      }
    }
    if (layouts.isEmpty()) {
      throw new ImpossibleException("no peer combination can satisfy the endorsement policy");
    }
    layouts.removeIf(layout -> !groups.satisfies(layout, able::contains));
    if (layouts.isEmpty()) {
      throw new ImpossibleException("required chaincodes are not installed on sufficient peers");
    }
    return new EndorsementLayouts(
        interest.getChaincodes(0).getName(), layouts, groups.endorsers(layouts, able::contains));
  }

  private List<ChannelPeer> able(ChaincodeInterest interest) throws ImpossibleException {
    List<ChannelPeer> able = new ArrayList<>(peers);
    for (ChaincodeCall call : interest.getChaincodesList()) {
      String sequence = Long.toString(definition(call.getName()).sequence());
      able.removeIf(peer -> !sequence.equals(peer.chaincodes().get(call.getName())));
    }
    return able;
  }

  private DefinedChaincode definition(String name) throws ImpossibleException {
    return chaincodes
        .apply(name)
        .orElseThrow(() ->
            new ImpossibleException(
                "No metadata was found for chaincode "
                    + name
                    + " in channel "
                    + config.channelId()));
  }

  /// Those of the peers that may see every collection that is read.
  private List<ChannelPeer> permitted(List<ChannelPeer> from, ChaincodeInterest interest)
      throws ImpossibleException {
    List<ChannelPeer> permitted = new ArrayList<>(from);
    for (ChaincodeCall call : interest.getChaincodesList()) {
      ChaincodePolicies policies = new ChaincodePolicies(config, definition(call.getName()));
      if (call.getNoPrivateReads()) {
        continue;
      }
      for (String name : call.getCollectionNamesList()) {
        Optional<StaticCollectionConfig> collection = policies.collection(name);
        if (collection.isEmpty()) {
          throw new ImpossibleException(
              "collection "
                  + name
                  + " doesn't exist in collection config for chaincode "
                  + call.getName());
        }
        List<MSPPrincipal> members =
            collection.get().getMemberOrgsPolicy().getSignaturePolicy().getIdentitiesList();
        permitted.removeIf(
            peer -> members.stream().noneMatch(member -> fits(config, peer, member)));
      }
    }
    return permitted;
  }

  private static boolean fits(ChannelConfig config, ChannelPeer peer, MSPPrincipal principal) {
    return switch (config.msps().deserialize(peer.peer().identity())) {
      case IdentityOutcome.Accepted(var identity) -> identity.satisfies(principal).matches();
      case IdentityOutcome.Refused _ -> false;
    };
  }

  private PrincipalCombinations combinations(ChaincodeInterest interest)
      throws ImpossibleException {
    List<PrincipalCombinations> all = new ArrayList<>();
    for (ChaincodeCall call : interest.getChaincodesList()) {
      for (SignaturePolicyEnvelope policy : policies(call)) {
        all.add(combinations(policy, ""));
      }
    }
    Optional<PrincipalCombinations> ofKeys = Optional.empty();
    for (ChaincodeCall call : interest.getChaincodesList()) {
      for (SignaturePolicyEnvelope policy : call.getKeyPoliciesList()) {
        PrincipalCombinations each = combinations(policy, "state based ");
        ofKeys = Optional.of(ofKeys.map(known -> known.merge(each)).orElse(each));
      }
    }
    ofKeys.ifPresent(all::add);
    if (all.isEmpty()) {
      throw new ImpossibleException("no principal sets remained after filtering");
    }
    PrincipalCombinations merged = all.getFirst();
    for (PrincipalCombinations next : all.subList(1, all.size())) {
      merged = merged.merge(next);
    }
    return merged;
  }

  private List<SignaturePolicyEnvelope> policies(ChaincodeCall call) throws ImpossibleException {
    List<String> collections = call.getCollectionNamesList();
    List<SignaturePolicyEnvelope> policies =
        new ChaincodePolicies(config, definition(call.getName())).endorsement(collections);
    if (policies.isEmpty()) {
      throw new ImpossibleException("policy not found");
    }
    if (call.getDisregardNamespacePolicy() && collections.isEmpty()) {
      if (call.getKeyPoliciesCount() == 0) {
        throw new ImpossibleException(
            "requested to disregard chaincode "
                + call.getName()
                + "'s policy but key and collection policies are missing, either disable"
                + " DisregardNamespacePolicy or specify at least one key policy or at least one"
                + " collection policy");
      }
      return List.of();
    }
    return policies;
  }

  private static PrincipalCombinations combinations(SignaturePolicyEnvelope policy, String kind)
      throws ImpossibleException {
    List<List<MSPPrincipal>> sets = PrincipalSets.satisfying(policy);
    if (sets.isEmpty()) {
      throw new ImpossibleException(kind + "endorsement policy cannot be satisfied");
    }
    return PrincipalCombinations.of(sets)
        .orElseThrow(() ->
            new ImpossibleException(
                "failed creating a comparable principal set"
                    + (kind.isEmpty() ? "" : " for state based endorsement")));
  }

  /// Names principals and finds who satisfies them. Owned by the analysing thread.
  private static final class Groups {
    private final ChannelConfig config;
    private final List<ChannelPeer> peers;
    private final Map<MSPPrincipal, String> names = new LinkedHashMap<>();
    private final Map<String, List<ChannelPeer>> members = new LinkedHashMap<>();

    Groups(ChannelConfig config, List<ChannelPeer> peers) {
      this.config = config;
      this.peers = peers;
    }

    Map<String, Integer> layout(List<ComparablePrincipal> set) {
      Map<String, Integer> layout = new LinkedHashMap<>();
      for (ComparablePrincipal principal : set) {
        layout.merge(name(principal.principal()), 1, Integer::sum);
      }
      return layout;
    }

    private String name(MSPPrincipal principal) {
      return names.computeIfAbsent(
          principal,
          unnamed -> {
            String name = "G" + names.size();
            members.put(name, peers.stream().filter(peer -> fits(config, peer, unnamed)).toList());
            return name;
          });
    }

    boolean satisfies(Map<String, Integer> layout, Predicate<ChannelPeer> eligible) {
      for (Map.Entry<String, Integer> group : layout.entrySet()) {
        long count = members(group.getKey()).stream().filter(eligible).count();
        if (count < group.getValue()) {
          return false;
        }
      }
      return true;
    }

    private List<ChannelPeer> members(String group) {
      return members.getOrDefault(group, List.of());
    }

    Map<String, List<ChannelPeer>> endorsers(
        List<Map<String, Integer>> layouts, Predicate<ChannelPeer> eligible) {
      Map<String, List<ChannelPeer>> endorsers = new LinkedHashMap<>();
      for (Map<String, Integer> layout : layouts) {
        for (String group : layout.keySet()) {
          endorsers.put(group, members(group).stream().filter(eligible).toList());
        }
      }
      return endorsers;
    }
  }
}
