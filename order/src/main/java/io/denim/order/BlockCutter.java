package io.denim.order;

import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.OrdererConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.hyperledger.fabric.protos.common.Envelope;

/// Gathers messages into batches by count and by preferred bytes (fabric v3.1.5
/// orderer/common/blockcutter/blockcutter.go). A message's size is that of its payload and
/// signature. Owned by its chain's thread.
public final class BlockCutter {
  private final Supplier<OrdererConfig> config;
  private List<Envelope> pending = new ArrayList<>();
  private long pendingBytes;

  /// @param config gives the limits in force; asked anew for each message
  public BlockCutter(Supplier<OrdererConfig> config) {
    this.config = config;
  }

  /// Adds a message.
  ///
  /// @return the batches that are full by it, in order: none, one, or two where a message larger
  ///   than a preferred batch pushes out what was pending
  public List<List<Envelope>> ordered(Envelope message) {
    BatchSize limits = config.get().batchSize();
    long size = size(message);
    List<List<Envelope>> batches = new ArrayList<>(2);
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
  public List<Envelope> cut() {
    List<Envelope> batch = pending;
    pending = new ArrayList<>();
    pendingBytes = 0;
    return batch;
  }

  /// The bytes that count against a channel's batch limits.
  static long size(Envelope message) {
    return (long) message.getPayload().size() + message.getSignature().size();
  }
}
