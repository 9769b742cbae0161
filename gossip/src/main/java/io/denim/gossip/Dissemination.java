package io.denim.gossip;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Which peers get the private data of a collection ahead of its transaction. Pure.
///
/// Follows fabric v3.1.5 gossip/privdata/distributor.go: one peer of each organization first, then
/// others, up to the collection's maximum.
///
/// @param peers in the order in which they are chosen
public record Dissemination<P>(List<P> peers) {
  public Dissemination {
    peers = List.copyOf(peers);
  }

  /// @param eligible other peers of the collection's members
  /// @param organization an eligible peer's MSP id
  public static <P> Dissemination<P> of(
      List<P> eligible, Function<P, String> organization, int maximum) {
    List<P> chosen = new ArrayList<>();
    Set<String> covered = new HashSet<>();
    for (P peer : eligible) {
      if (chosen.size() < maximum && covered.add(organization.apply(peer))) {
        chosen.add(peer);
      }
    }
    for (P peer : eligible) {
      if (chosen.size() < maximum && !chosen.contains(peer)) {
        chosen.add(peer);
      }
    }
    return new Dissemination<>(chosen);
  }
}
