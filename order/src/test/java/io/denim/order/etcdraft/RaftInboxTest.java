package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.consensus.Entry;
import io.denim.consensus.Message;
import io.denim.order.Submission;
import io.denim.order.WaitingBytes;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.common.Envelope;
import org.junit.jupiter.api.Test;

/// Messages and envelopes that come faster than the chain's thread takes them.
class RaftInboxTest {
  private static final int BIG = 1_000_000;

  private final WaitingBytes clients = new WaitingBytes(3 * BIG);
  private final WaitingBytes cluster = new WaitingBytes(3 * BIG);
  private final RaftInbox inbox = new RaftInbox(clients.share(), cluster.share());

  @Test
  void messagesBeyondTheBytesThatMayWaitAreDroppedAndRoomComesBack() throws Exception {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 10; i++) {
        inbox.offer(received(BIG - 10_000));
      }
      int taken = 0;
      while (inbox.poll(0, false) != null) {
        taken++;
      }
      assertThat(taken).isEqualTo(3);
      assertThat(cluster.held()).isZero();
    }
    inbox.offer(received(10 * BIG));
    assertThat(inbox.poll(0, false)).as("one message alone is never too large").isNotNull();
  }

  @Test
  void whatOtherNodesForwardTakesRoomUntilItIsTaken() throws Exception {
    inbox.submitForwarded(submitted("a", BIG / 2, 1));
    inbox.submitForwarded(submitted("b", BIG / 2, 1));
    assertThat(clients.held()).isBetween(2L * BIG, 3L * BIG);
    assertThat(inbox.poll(0, true)).isInstanceOf(RaftInbox.Event.Proposed.class);
    assertThat(inbox.dropSubmitted()).hasSize(1);
    assertThat(clients.held()).isZero();
    inbox.submitForwarded(submitted("c", BIG / 2, 1));
    inbox.offer(received(BIG));
    inbox.close();
    assertThat(clients.held() + cluster.held()).isZero();
    assertThat(inbox.submitForwarded(submitted("d", 1, 1))).isFalse();
  }

  @Test
  void anEnvelopeOfAnotherTermIsAnsweredAndItsTwinWaitsOn() throws Exception {
    PendingEnvelopes pending = new PendingEnvelopes();
    List<Submission> first = new ArrayList<>();
    List<Submission> second = new ArrayList<>();
    pending.admit(submitted("same", 10, 1), 0, first::add);
    pending.admit(submitted("same", 10, 2), 0, second::add);
    pending.failOfTerm(submitted("same", 10, 2), "another leads");
    assertThat(first).isEmpty();
    assertThat(second).containsExactly(new Submission.Unavailable("another leads"));
    pending.failOfTerm(submitted("same", 10, 3), "nobody waits for it");
    pending.failOfTerm(submitted("same", 10, 1), "late");
    assertThat(first).containsExactly(new Submission.Unavailable("late"));
    assertThat(pending.count()).isZero();
  }

  private static RaftInbox.Event received(int bytes) {
    Entry entry =
        new Entry(1, 1, Entry.Type.NORMAL, RaftCodec.bytes(ByteString.copyFrom(new byte[bytes])));
    return new RaftInbox.Event.Received(new Message.Append(2, 1, 1, 0, 0, List.of(entry), 0));
  }

  private static Submitted submitted(String text, int bytes, long term) {
    ByteString payload = ByteString.copyFromUtf8(text).concat(ByteString.copyFrom(new byte[bytes]));
    return Submitted.of(Envelope.newBuilder().setPayload(payload).build(), 0, false, term);
  }
}
