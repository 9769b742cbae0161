package io.denim.order.etcdraft;

import io.denim.consensus.ConfChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// Who the consenters of a channel are: each keeps its Raft id as long as its client certificate
/// stays in the configuration (fabric v3.1.5 orderer/consensus/etcdraft/membership.go, util.go).
/// Immutable.
///
/// @param metadata the ids in the order of the configuration, and the next one
/// @param consenters by id
record Membership(BlockMetadata metadata, Map<Long, Consenter> consenters) {
  Membership {
    consenters = Map.copyOf(consenters);
  }

  /// What an update of the configuration does to the membership.
  ///
  /// @param next the membership afterwards
  /// @param change what Raft must be told, if anything
  /// @param rotated the node that gets another certificate
  /// @param added who was not there before by its certificate
  record Change(
      Membership next,
      Optional<ConfChange> change,
      Optional<Long> rotated,
      Optional<Consenter> added) {
    /// Whether too few nodes would be left that answer the leader, though more could be started
    /// first. A cluster that bears no failure anyway may grow without one.
    boolean losesQuorum(Set<Long> active) {
      int size = next.consenters().size();
      int quorum = size / 2 + 1;
      Set<Long> left = new HashSet<>(active);
      if (rotated.isPresent()) {
        left.remove(rotated.get());
        return size > 2 && left.size() < quorum;
      }
      if (change.isEmpty()) {
        return false;
      }
      if (change.get().kind() == ConfChange.Kind.REMOVE) {
        left.remove(change.get().node());
        return left.size() < quorum;
      }
      return size > 2 && left.size() < quorum;
    }
  }

  /// The membership as a block's metadata has it; for a new channel, ids in the order of the
  /// configuration from 1 on.
  static Membership of(BlockMetadata stored, ConfigMetadata config) {
    BlockMetadata metadata = stored;
    if (stored.getConsenterIdsCount() == 0) {
      BlockMetadata.Builder first = BlockMetadata.newBuilder();
      long next = 1;
      for (int i = 0; i < config.getConsentersCount(); i++) {
        first.addConsenterIds(next);
        next++;
      }
      metadata = first.setNextConsenterId(next).build();
    }
    Map<Long, Consenter> consenters = new LinkedHashMap<>();
    int known = Math.min(metadata.getConsenterIdsCount(), config.getConsentersCount());
    for (int i = 0; i < known; i++) {
      consenters.put(metadata.getConsenterIds(i), config.getConsenters(i));
    }
    return new Membership(metadata, consenters);
  }

  Membership withRaftIndex(long index) {
    return new Membership(metadata.toBuilder().setRaftIndex(index).build(), consenters);
  }

  /// The membership after an update to these consenters. One node may join or leave, or change its
  /// certificates, in which case it keeps its id.
  ///
  /// @throws IllegalArgumentException if more than one changes
  Change updated(List<Consenter> updated) {
    Map<Long, Consenter> next = new LinkedHashMap<>();
    Map<Long, Consenter> left = new LinkedHashMap<>(consenters);
    List<Consenter> added = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    for (Consenter consenter : updated) {
      Optional<Long> id = idOf(consenter);
      if (id.isPresent()) {
        next.put(id.get(), consenter);
        left.remove(id.get());
      } else {
        added.add(consenter);
      }
      ids.add(id.orElse(0L));
    }
    if (added.size() > 1 || left.size() > 1) {
      throw new IllegalArgumentException(
          "update of more than one consenter at a time is not supported, requested changes: add "
              + added.size()
              + " node(s), remove "
              + left.size()
              + " node(s)");
    }
    BlockMetadata.Builder changed = metadata.toBuilder();
    Optional<ConfChange> change = Optional.empty();
    Optional<Long> rotatedNode = Optional.empty();
    if (!added.isEmpty()) {
      boolean rotated = !left.isEmpty();
      long id = rotated ? left.keySet().iterator().next() : metadata.getNextConsenterId();
      ids.set(ids.indexOf(0L), id);
      next.put(id, added.getFirst());
      if (rotated) {
        rotatedNode = Optional.of(id);
      } else {
        changed.setNextConsenterId(id + 1);
        change = Optional.of(new ConfChange(ConfChange.Kind.ADD, id));
      }
    } else if (!left.isEmpty()) {
      long id = left.keySet().iterator().next();
      change = Optional.of(new ConfChange(ConfChange.Kind.REMOVE, id));
    }
    changed.clearConsenterIds().addAllConsenterIds(ids);
    return new Change(
        new Membership(changed.build(), next), change, rotatedNode, added.stream().findFirst());
  }

  private Optional<Long> idOf(Consenter consenter) {
    for (Map.Entry<Long, Consenter> entry : consenters.entrySet()) {
      if (entry.getValue().getClientTlsCert().equals(consenter.getClientTlsCert())) {
        return Optional.of(entry.getKey());
      }
    }
    return Optional.empty();
  }
}
