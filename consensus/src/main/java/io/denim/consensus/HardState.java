package io.denim.consensus;

/// What a node must not forget, beside its log.
///
/// @param term the newest it has seen
/// @param vote whom it voted for in that term, 0 for nobody
/// @param commit the last index that it knows to be committed
public record HardState(long term, long vote, long commit) {
  public static final HardState EMPTY = new HardState(0, 0, 0);
}
