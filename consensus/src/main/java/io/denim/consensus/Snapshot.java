package io.denim.consensus;

/// What stands for a log up to an index.
///
/// @param index the last that it covers
/// @param term of that index
/// @param confState who voted at that index
/// @param data the owner's own
public record Snapshot(long index, long term, ConfState confState, Bytes data) {}
