package io.denim.gateway;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.MSPPrincipal;

/// Combinations of principals, each of which satisfies some policies. Immutable.
///
/// Follows fabric v3.1.5 common/policies/inquire/merge.go.
record PrincipalCombinations(List<List<ComparablePrincipal>> sets) {
  /// No more combinations are made, whatever the policies.
  private static final int MAX_SETS = 10_000;

  PrincipalCombinations {
    sets = List.copyOf(sets);
  }

  /// Empty if a principal cannot be compared.
  static Optional<PrincipalCombinations> of(List<List<MSPPrincipal>> sets) {
    List<List<ComparablePrincipal>> comparable = new ArrayList<>(sets.size());
    for (List<MSPPrincipal> set : sets) {
      List<ComparablePrincipal> principals = new ArrayList<>(set.size());
      for (MSPPrincipal principal : set) {
        Optional<ComparablePrincipal> each = ComparablePrincipal.of(principal);
        if (each.isEmpty()) {
          return Optional.empty();
        }
        principals.add(each.get());
      }
      comparable.add(principals);
    }
    return Optional.of(new PrincipalCombinations(comparable));
  }

  /// What satisfies both: a set that covers one of the other side stands for both; sets that cover
  /// nothing and are covered by nothing are joined pairwise.
  PrincipalCombinations merge(PrincipalCombinations other) {
    List<List<ComparablePrincipal>> result = new ArrayList<>();
    Set<Integer> coveredHere = new HashSet<>();
    Set<Integer> coveringThere = new HashSet<>();
    cover(sets, other.sets, coveredHere, coveringThere, Set.of(), result);
    Set<Integer> coveredThere = new HashSet<>();
    Set<Integer> coveringHere = new HashSet<>();
    cover(other.sets, sets, coveredThere, coveringHere, coveredHere, result);
    List<List<ComparablePrincipal>> loneHere = without(sets, coveredHere, coveringHere);
    List<List<ComparablePrincipal>> loneThere = without(other.sets, coveredThere, coveringThere);
    for (List<ComparablePrincipal> here : loneHere) {
      for (List<ComparablePrincipal> there : loneThere) {
        if (result.size() < MAX_SETS) {
          result.add(join(here, there));
        }
      }
    }
    return new PrincipalCombinations(reduce(result));
  }

  /// Joins each contained set with each set that contains it.
  ///
  /// @param excluded containing sets that are no longer looked at
  private static void cover(
      List<List<ComparablePrincipal>> contained,
      List<List<ComparablePrincipal>> containing,
      Set<Integer> covered,
      Set<Integer> covering,
      Set<Integer> excluded,
      List<List<ComparablePrincipal>> result) {
    for (int i = 0; i < contained.size(); i++) {
      for (int j = 0; j < containing.size(); j++) {
        if (!excluded.contains(j) && isContained(contained.get(i), containing.get(j))) {
          covered.add(i);
          covering.add(j);
          result.add(join(contained.get(i), containing.get(j)));
        }
      }
    }
  }

  private static boolean isContained(List<ComparablePrincipal> set, List<ComparablePrincipal> in) {
    for (ComparablePrincipal principal : set) {
      if (in.stream().noneMatch(each -> each.isA(principal))) {
        return false;
      }
    }
    return true;
  }

  /// The containing set, and those principals of the contained one for which no signer of the
  /// containing set is left.
  private static List<ComparablePrincipal> join(
      List<ComparablePrincipal> contained, List<ComparablePrincipal> containing) {
    List<ComparablePrincipal> joined = new ArrayList<>(containing);
    boolean[] used = new boolean[containing.size()];
    for (ComparablePrincipal principal : contained) {
      boolean covered = false;
      for (int i = 0; i < used.length && !covered; i++) {
        if (!used[i] && containing.get(i).isA(principal)) {
          used[i] = true;
          covered = true;
        }
      }
      if (!covered) {
        joined.add(principal);
      }
    }
    return joined;
  }

  private static List<List<ComparablePrincipal>> without(
      List<List<ComparablePrincipal>> sets, Set<Integer> some, Set<Integer> others) {
    List<List<ComparablePrincipal>> rest = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      if (!some.contains(i) && !others.contains(i)) {
        rest.add(sets.get(i));
      }
    }
    return rest;
  }

  /// Leaves out sets that hold all principals of another one.
  private static List<List<ComparablePrincipal>> reduce(List<List<ComparablePrincipal>> sets) {
    List<List<ComparablePrincipal>> current = sets;
    while (true) {
      List<List<ComparablePrincipal>> reduced = new ArrayList<>();
      for (int i = 0; i < current.size(); i++) {
        if (!holdsAnother(current, i)) {
          reduced.add(current.get(i));
        }
      }
      if (reduced.size() == current.size()) {
        return reduced;
      }
      current = reduced;
    }
  }

  private static boolean holdsAnother(List<List<ComparablePrincipal>> sets, int index) {
    boolean holds = false;
    Set<ComparablePrincipal> principals = new HashSet<>(sets.get(index));
    for (int j = 0; j < sets.size(); j++) {
      if (j == index) {
        continue;
      }
      List<ComparablePrincipal> other = sets.get(j);
      if (principals.containsAll(other)) {
        holds = true;
      }
      // Of two that hold each other the first one stays.
      if (index < j && new HashSet<>(other).containsAll(principals)) {
        holds = false;
      }
    }
    return holds;
  }
}
