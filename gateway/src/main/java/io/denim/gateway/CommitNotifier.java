package io.denim.gateway;

import io.denim.ledger.CommittedBlock;
import io.denim.ledger.TransactionStatus;
import io.grpc.Context;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// Brings word of commits to those who wait for a transaction. The peer tells it of each block
/// after its commit; where nobody waits that costs nothing. Safe for use by any thread.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/commit.
public final class CommitNotifier {
  private final ConcurrentHashMap<Key, CopyOnWriteArrayList<Waiting>> waiting =
      new ConcurrentHashMap<>();

  private record Key(String channelId, String txId) {}

  /// A block has been committed; its transactions' statuses can be read.
  public void committed(String channelId, CommittedBlock block) {
    if (waiting.isEmpty()) {
      return;
    }
    List<String> txIds = block.txIds();
    for (int i = 0; i < txIds.size(); i++) {
      List<Waiting> listeners = waiting.get(new Key(channelId, txIds.get(i)));
      if (listeners != null) {
        TransactionStatus status = new TransactionStatus(block.codes().get(i), block.number());
        listeners.forEach(listener -> listener.statuses.put(status));
      }
    }
  }

  /// Blocks may have been committed of which nothing was told, after a fault of the disk.
  ///
  /// @param statuses of the channel's committed transactions
  public void lookAgain(String channelId, Function<String, Optional<TransactionStatus>> statuses) {
    waiting.forEach((key, listeners) -> {
      if (key.channelId().equals(channelId)) {
        statuses
            .apply(key.txId())
            .ifPresent(status -> listeners.forEach(listener -> listener.statuses.put(status)));
      }
    });
  }

  /// Someone who waits for a transaction until closed.
  final class Waiting implements AutoCloseable {
    private final Key key;
    private final Mailbox<TransactionStatus> statuses;

    private Waiting(Key key, Context context) {
      this.key = key;
      this.statuses = new Mailbox<>(context);
    }

    /// Where the transaction's status comes.
    Mailbox<TransactionStatus> statuses() {
      return statuses;
    }

    @Override
    public void close() {
      statuses.close();
      waiting.computeIfPresent(
          key,
          (unused, listeners) -> {
            listeners.remove(this);
            return listeners.isEmpty() ? null : listeners;
          });
    }
  }

  /// Waits from now on; to be called before looking whether it is committed already.
  Waiting waiting(String channelId, String txId, Context context) {
    Waiting listener = new Waiting(new Key(channelId, txId), context);
    waiting.compute(
        listener.key,
        (unused, listeners) -> {
          CopyOnWriteArrayList<Waiting> all =
              listeners == null ? new CopyOnWriteArrayList<>() : listeners;
          all.add(listener);
          return all;
        });
    return listener;
  }
}
