package io.denim.gateway;

import java.util.List;
import java.util.Map;

/// Which peers can endorse together. A group is those who satisfy one principal.
///
/// @param layouts each tells how many peers of which groups are enough
/// @param endorsers peers by group
record EndorsementLayouts(
    String chaincode,
    List<Map<String, Integer>> layouts,
    Map<String, List<ChannelPeer>> endorsers) {
  EndorsementLayouts {
    layouts = List.copyOf(layouts);
    endorsers = Map.copyOf(endorsers);
  }

  /// What comes of looking for layouts.
  sealed interface Outcome {
    record Found(EndorsementLayouts layouts) implements Outcome {}

    /// @param reason in Fabric's words
    record Impossible(String reason) implements Outcome {}
  }
}
