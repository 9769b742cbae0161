package io.denim.gossip.comm;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.junit.jupiter.api.Test;

final class PendingAnswersTest {
  private static final ByteString PEER = ByteString.copyFromUtf8("peer");
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  private final PendingAnswers pending = new PendingAnswers();
  private final Connection first = connection("localhost:1");
  private final Connection second = connection("localhost:2");

  private static Connection connection(String endpoint) {
    Connection.Owner nobody =
        new Connection.Owner() {
          @Override
          public boolean established(Connection connection, RemotePeer peer) {
            return true;
          }

          @Override
          public void received(Incoming incoming) {}

          @Override
          public void overflowed() {}

          @Override
          public void sent() {}
        };
    return new Connection(nobody, CommunicationSettings.defaults(), endpoint);
  }

  @Test
  void aConnectionThatFailsLateEndsNoRequestOfTheNext() throws Exception {
    try (PendingAnswers.Waiting early = pending.expect(PEER, 1);
        PendingAnswers.Waiting late = pending.expect(PEER, 2)) {
      early.over(first);
      late.over(second);
      pending.abandon(first, "cannot connect");
      GossipMessage answer = GossipMessage.newBuilder().setNonce(2).build();
      assertThat(pending.complete(PEER, answer)).isTrue();
      assertThat(early.await(AT_ONCE)).isEqualTo(new Answer.Missing("cannot connect"));
      assertThat(late.await(AT_ONCE)).isEqualTo(new Answer.Received(answer));
    }
  }

  @Test
  void aPeerWithoutConnectionsAnswersNothing() throws Exception {
    try (PendingAnswers.Waiting request = pending.expect(PEER, 1)) {
      request.over(first);
      pending.abandon(PEER, "the connection has ended");
      assertThat(request.await(AT_ONCE)).isEqualTo(new Answer.Missing("the connection has ended"));
    }
  }
}
