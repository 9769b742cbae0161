package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.gossip.GossipMessage;

/// Requests that wait for their answers, each found by who was asked and the nonce. As many as
/// threads wait. Safe for use by any thread.
final class PendingAnswers {
  private final Map<Key, BlockingQueue<Answer>> waiting = new ConcurrentHashMap<>();

  private record Key(ByteString pkiId, long nonce) {}

  /// One request. Closed by whoever waits.
  final class Waiting implements AutoCloseable {
    private final Key key;
    private final BlockingQueue<Answer> answer = new ArrayBlockingQueue<>(1);

    private Waiting(Key key) {
      this.key = key;
      waiting.put(key, answer);
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
    BlockingQueue<Answer> answer = waiting.get(new Key(from, message.getNonce()));
    return answer != null && answer.offer(new Answer.Received(message));
  }

  /// Ends the waiting for a peer's answers.
  void abandon(ByteString pkiId, String reason) {
    waiting.forEach((key, answer) -> {
      if (key.pkiId().equals(pkiId)) {
        answer.offer(new Answer.Missing(reason));
      }
    });
  }
}
