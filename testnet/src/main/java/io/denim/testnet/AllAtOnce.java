package io.denim.testnet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Does independent things at the same time and waits for all of them.
final class AllAtOnce {
  private AllAtOnce() {}

  /// @return what came of each, in order
  /// @throws NetworkException if one fails; results of the others that can be closed are closed
  static <T> List<T> run(List<Callable<T>> tasks) throws NetworkException, InterruptedException {
    List<T> results = new ArrayList<>();
    NetworkException failure = null;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<T> task : threads.invokeAll(tasks)) {
        try {
          results.add(task.get());
        } catch (ExecutionException e) {
          Throwable cause = e.getCause() == null ? e : e.getCause();
          failure = new NetworkException(String.valueOf(cause.getMessage()), cause);
        }
      }
    }
    if (failure != null) {
      results.forEach(AllAtOnce::close);
      throw failure;
    }
    return results;
  }

  private static <T> void close(T result) {
    if (result instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) { // the first failure is the one to tell
        throw new IllegalStateException(e);
      }
    }
  }
}
