package io.denim.gateway;

import io.grpc.Context;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Where a call waits for what it has asked others for; it wakes up empty-handed when its client
/// has gone or its deadline has passed. As many messages come as were asked for. One thread takes,
/// any thread puts.
final class Mailbox<T> implements AutoCloseable {
  private final BlockingQueue<Optional<T>> queue = new LinkedBlockingQueue<>();
  private final Context context;
  private final Context.CancellationListener listener = ended -> queue.add(Optional.empty());

  Mailbox(Context context) {
    this.context = context;
    context.addListener(listener, Runnable::run);
  }

  void put(T message) {
    queue.add(Optional.of(message));
  }

  /// The next message, waited for; empty once the call is over.
  Optional<T> take() {
    if (context.isCancelled()) {
      return Optional.empty();
    }
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    context.removeListener(listener);
  }
}
