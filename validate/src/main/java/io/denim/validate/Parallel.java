package io.denim.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Spreads independent work on the items of a list over threads: the caller's own and a number of
/// helpers that the executor runs. Order is kept. Safe for use by any thread.
public final class Parallel {
  private final Executor executor;
  private final int helpers;

  /// @param executor must run tasks without waiting for the caller to end
  /// @param width how many threads work at the most, the caller's included
  public Parallel(Executor executor, int width) {
    if (width < 1) {
      throw new IllegalArgumentException("no thread to work with: " + width);
    }
    this.executor = executor;
    this.helpers = width - 1;
  }

  /// No threads but the caller's.
  public static Parallel none() {
    return new Parallel(Runnable::run, 1);
  }

  <T, R> List<R> map(List<T> items, Function<T, R> work) throws InterruptedException {
    @Nullable Object[] results = new @Nullable Object[items.size()];
    AtomicInteger next = new AtomicInteger();
    Runnable worker =
        () -> {
          for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
            results[i] = work.apply(items.get(i));
          }
        };
    List<FutureTask<?>> running = new ArrayList<>();
    for (int i = 0; i < Math.min(helpers, items.size() - 1); i++) {
      FutureTask<?> task = new FutureTask<>(worker, null);
      running.add(task);
      executor.execute(task);
    }
    worker.run();
    for (FutureTask<?> task : running) {
      await(task);
    }
    @SuppressWarnings("unchecked") // each was made by the function
    List<R> all = (List<R>) Arrays.asList(results);
    return all;
  }

  private static void await(FutureTask<?> task) throws InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a transaction could not be checked", e.getCause());
    }
  }
}
