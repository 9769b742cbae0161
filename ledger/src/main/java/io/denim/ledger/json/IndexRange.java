package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/// A part of an index, as bytes of {@link IndexKeys}.
///
/// @param from inclusive
/// @param to exclusive; absent: to the end of the index
/// @param descending whether it is read from its end
public record IndexRange(ByteString from, @Nullable ByteString to, boolean descending) {}
