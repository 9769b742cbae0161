package io.denim.consensus;

import java.util.List;
import java.util.TreeSet;

/// Who votes, in ascending order. Learners and joint configurations are not used by Fabric and not
/// known here.
public record ConfState(List<Long> voters) {
  public static final ConfState EMPTY = new ConfState(List.of());

  public ConfState {
    voters = List.copyOf(new TreeSet<>(voters));
  }
}
