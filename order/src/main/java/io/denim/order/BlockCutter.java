package io.denim.order;

import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.OrdererConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.hyperledger.fabric.protos.common.Envelope;

/// Gathers messages into batches by count and by preferred bytes (fabric v3.1.5
/// orderer/common/blockcutter/blockcutter.go). Owned by its chain's thread.
///
/// @param <M> what a chain holds of a message
public final class BlockCutter<M> {
  private final Supplier<OrdererConfig> config;
  private final ToLongFunction<M> sizes;
  private List<M> pending = new ArrayList<>();
  private long pendingBytes;

  /// @param config gives the limits in force; asked anew for each message
  /// @param sizes tells a message's size as {@link #size} does
  public BlockCutter(Supplier<OrdererConfig> config, ToLongFunction<M> sizes) {
    this.config = config;
    this.sizes = sizes;
  }

  /// Adds a message.
  ///
  /// @return the batches that are full by it, in order: none, one, or two where a message larger
  ///   than a preferred batch pushes out what was pending
  public List<List<M>> ordered(M message) {
    BatchSize limits = config.get().batchSize();
    long size = sizes.applyAsLong(message);
    List<List<M>> batches = new ArrayList<>(2);
    if (size > limits.preferredMaxBytes()) {
      if (isPending()) {
        batches.add(cut());
      }
      batches.add(List.of(message));
      return batches;
    }
    if (pendingBytes + size > limits.preferredMaxBytes()) {
      batches.add(cut());
    }
    pending.add(message);
    pendingBytes += size;
    if (pending.size() >= limits.maxMessageCount()) {
      batches.add(cut());
    }
    return batches;
  }

  /// Whether messages wait for their batch to fill.
  public boolean isPending() {
    return !pending.isEmpty();
  }

  /// Takes what is pending as a batch, which may be empty.
  public List<M> cut() {
    List<M> batch = pending;
    pending = new ArrayList<>();
    pendingBytes = 0;
    return batch;
  }

  /// The bytes that count against a channel's batch limits: those of payload and signature.
  public static long size(Envelope message) {
    return (long) message.getPayload().size() + message.getSignature().size();
  }
}
