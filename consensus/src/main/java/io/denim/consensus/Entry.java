package io.denim.consensus;

/// One place of a replicated log.
///
/// @param index from 1 on
/// @param term of the leader that appended it
/// @param data what was proposed; empty in the entry with which a leader begins its term
public record Entry(long index, long term, Type type, Bytes data) {
  private static final int OVERHEAD_BYTES = 24;

  /// What an entry's data is.
  public enum Type {
    NORMAL,
    /// A change of membership, in whatever encoding the owner of the node uses.
    CONF_CHANGE
  }

  /// What the entry takes of a message or of a bound, in bytes.
  long size() {
    return (long) data.size() + OVERHEAD_BYTES;
  }

  boolean isConfChange() {
    return type == Type.CONF_CHANGE;
  }
}
