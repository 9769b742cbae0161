package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.SignatureVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitingBytesTest {
  private final WaitingBytes room = new WaitingBytes(100);

  @Test
  void roomIsSharedAndAnEmptyShareGetsOneMessageAlways() {
    WaitingBytes.Share one = room.share();
    WaitingBytes.Share other = room.share();
    assertThat(one.offer(60)).isTrue();
    assertThat(one.offer(40)).isTrue();
    assertThat(one.offer(1)).isFalse();
    assertThat(other.offer(1_000)).isTrue();
    assertThat(other.offer(1)).isFalse();
    other.give(1_000);
    one.give(60);
    assertThat(other.offer(60)).isTrue();
    assertThat(room.held()).isEqualTo(100);
  }

  @Test
  void whoWaitsGoesOnWhenThereIsRoomOrTheShareIsClosed() throws Exception {
    WaitingBytes.Share one = room.share();
    assertThat(one.take(100)).isTrue();
    BlockingQueue<Boolean> took = new ArrayBlockingQueue<>(2);
    Thread.startVirtualThread(() -> took.add(take(one, 50)));
    one.give(100);
    assertThat(took.poll(30, TimeUnit.SECONDS)).isTrue();
    Thread.startVirtualThread(() -> took.add(take(one, 51)));
    one.close();
    assertThat(took.poll(30, TimeUnit.SECONDS)).isFalse();
    assertThat(one.take(1)).isFalse();
  }

  private static boolean take(WaitingBytes.Share share, long bytes) {
    try {
      return share.take(bytes);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// A disk that is slower than a client: what is in no block yet stays within the bound.
  @Test
  void aSoloChainHoldsNoMoreThanItsRoomHowFastEverClientsAre() throws Exception {
    WaitingBytes narrow = new WaitingBytes(5_000);
    SlowSupport support = new SlowSupport(narrow);
    int messages = 40;
    CountDownLatch ordered = new CountDownLatch(messages);
    try (Chain chain = new SoloConsenter(narrow).chain("ch", support, ByteString.EMPTY)) {
      chain.start();
      for (int i = 0; i < messages; i++) {
        Envelope message =
            Envelope.newBuilder().setPayload(ByteString.copyFrom(new byte[1_000])).build();
        chain.order(
            message,
            0,
            outcome -> {
              assertThat(outcome).isEqualTo(new Submission.Accepted());
              ordered.countDown();
            });
        assertThat(narrow.held()).isLessThanOrEqualTo(5_000);
      }
      assertThat(ordered.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(narrow.held()).isZero();
    assertThat(support.heldAtWrites).allMatch(held -> held <= 5_000).isNotEmpty();
  }

  private static final class SlowSupport implements ChainSupport {
    private final WaitingBytes room;
    private final ChannelConfig config;
    private final List<Long> heldAtWrites = new ArrayList<>();
    private Block last;

    SlowSupport(WaitingBytes room) throws Exception {
      this.room = room;
      this.last = OrdererRig.genesis();
      this.config = ChannelConfig.ofBlock(last, SignatureVerifier.create());
    }

    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public Verdict recheck(Envelope message, boolean isConfig) {
      return new Verdict.Passed(message, 0);
    }

    @Override
    public Block lastBlock() {
      return last;
    }

    @Override
    public void write(List<Block> blocks, List<ByteString> consenterMetadata) {
      heldAtWrites.add(room.held());
      last = blocks.getLast();
    }

    @Override
    public void leave() {}
  }
}
