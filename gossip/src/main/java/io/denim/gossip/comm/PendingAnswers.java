package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.jspecify.annotations.Nullable;

/// Requests that wait for their answers, each found by who was asked and the nonce, over whichever
/// connection the answer comes. As many as threads wait. Safe for use by any thread.
final class PendingAnswers {
  private final Map<Key, Waiting> waiting = new ConcurrentHashMap<>();

  private record Key(ByteString pkiId, long nonce) {}

  /// One request. Closed by whoever waits.
  final class Waiting implements AutoCloseable {
    private final Key key;
    private final BlockingQueue<Answer> answer = new ArrayBlockingQueue<>(1);
    private volatile @Nullable Connection queuedIn;

    private Waiting(Key key) {
      this.key = key;
      waiting.put(key, this);
    }

    /// To be called before the request is queued, so that it learns if that connection fails.
    void over(Connection connection) {
      queuedIn = connection;
    }

    Answer await(Duration patience) throws InterruptedException {
      Answer received = answer.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
      return received == null
          ? new Answer.Missing(
              PkiId.brief(key.pkiId()) + " did not answer within " + patience.toMillis() + " ms")
          : received;
    }

    @Override
    public void close() {
      waiting.remove(key);
    }
  }

  Waiting expect(ByteString pkiId, long nonce) {
    return new Waiting(new Key(pkiId, nonce));
  }

  /// @return whether somebody waits for this message
  boolean complete(ByteString from, GossipMessage message) {
    Waiting request = waiting.get(new Key(from, message.getNonce()));
    return request != null && request.answer.offer(new Answer.Received(message));
  }

  /// Ends the waiting for a peer's answers: there is no connection to it any more.
  void abandon(ByteString pkiId, String reason) {
    abandonIf(request -> request.key.pkiId().equals(pkiId), reason);
  }

  /// Ends the waiting of those whose requests a connection holds that has never been made; others
  /// may reach the same peer by another.
  void abandon(Connection failed, String reason) {
    abandonIf(request -> request.queuedIn == failed, reason);
  }

  private void abandonIf(Predicate<Waiting> condition, String reason) {
    waiting.values().stream()
        .filter(condition)
        .forEach(request -> request.answer.offer(new Answer.Missing(reason)));
  }
}
