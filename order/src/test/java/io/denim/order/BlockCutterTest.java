package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.ConsensusType;
import io.denim.channelconfig.OrdererConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Envelope;
import org.junit.jupiter.api.Test;

class BlockCutterTest {
  private final BlockCutter<Envelope> cutter =
      new BlockCutter<>(() -> config(3, 100), BlockCutter::size);

  @Test
  void gathersUntilTheCountIsReached() {
    assertThat(cutter.ordered(message(1, 10))).isEmpty();
    assertThat(cutter.ordered(message(2, 10))).isEmpty();
    assertThat(cutter.isPending()).isTrue();
    assertThat(cutter.ordered(message(3, 10)))
        .containsExactly(List.of(message(1, 10), message(2, 10), message(3, 10)));
    assertThat(cutter.isPending()).isFalse();
  }

  @Test
  void cutsBeforeTheMessageThatWouldOverflow() {
    cutter.ordered(message(1, 60));
    assertThat(cutter.ordered(message(2, 60))).containsExactly(List.of(message(1, 60)));
    assertThat(cutter.cut()).containsExactly(message(2, 60));
  }

  @Test
  void givesALargeMessageABlockOfItsOwn() {
    cutter.ordered(message(1, 10));
    assertThat(cutter.ordered(message(2, 101)))
        .containsExactly(List.of(message(1, 10)), List.of(message(2, 101)));
    assertThat(cutter.isPending()).isFalse();
  }

  @Test
  void fillsABatchToThePreferredSizeExactly() {
    cutter.ordered(message(1, 50));
    assertThat(cutter.ordered(message(2, 50))).isEmpty();
    assertThat(cutter.ordered(message(3, 1)))
        .containsExactly(List.of(message(1, 50), message(2, 50)));
  }

  /// A message whose payload and signature have so many bytes together.
  private static Envelope message(int id, int size) {
    return Envelope.newBuilder()
        .setPayload(ByteString.copyFrom(new byte[size - 1]))
        .setSignature(ByteString.copyFrom(new byte[] {(byte) id}))
        .build();
  }

  private static OrdererConfig config(long count, long preferredBytes) {
    return new OrdererConfig(
        new ConsensusType(ConsensusType.SOLO, ByteString.EMPTY, false, List.of()),
        new BatchSize(count, 1000, preferredBytes),
        Duration.ofSeconds(2),
        0,
        Map.of());
  }
}
