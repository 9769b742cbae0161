package io.denim.consensus;

/// What a node believes at the moment.
///
/// @param leader the leader's id, 0 for none known
public record SoftState(long leader, Role role) {}
