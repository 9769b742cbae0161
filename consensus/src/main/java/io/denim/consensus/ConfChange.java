package io.denim.consensus;

/// One node joins or leaves.
public record ConfChange(Kind kind, long node) {
  /// What happens to the node.
  public enum Kind {
    ADD,
    REMOVE,
    /// A change that turned out to change nothing, or whose kind is unknown here.
    NONE
  }
}
