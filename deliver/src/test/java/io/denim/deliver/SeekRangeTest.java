package io.denim.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekNewest;
import org.hyperledger.fabric.protos.orderer.SeekNextCommit;
import org.hyperledger.fabric.protos.orderer.SeekOldest;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.hyperledger.fabric.protos.orderer.SeekSpecified;
import org.junit.jupiter.api.Test;

class SeekRangeTest {
  private static final long HEIGHT = 10;
  private static final SeekPosition OLDEST =
      SeekPosition.newBuilder().setOldest(SeekOldest.getDefaultInstance()).build();
  private static final SeekPosition NEWEST =
      SeekPosition.newBuilder().setNewest(SeekNewest.getDefaultInstance()).build();
  private static final SeekPosition NEXT =
      SeekPosition.newBuilder().setNextCommit(SeekNextCommit.getDefaultInstance()).build();

  @Test
  void readsPositionsAgainstTheHeight() {
    assertThat(range(OLDEST, NEWEST)).isEqualTo(new SeekRange.Blocks(0, 9));
    assertThat(range(NEWEST, NEWEST)).isEqualTo(new SeekRange.Blocks(9, 9));
    assertThat(range(OLDEST, OLDEST)).isEqualTo(new SeekRange.Blocks(0, 0));
    assertThat(range(NEXT, at(Long.MAX_VALUE))).isEqualTo(new SeekRange.Blocks(10, Long.MAX_VALUE));
    assertThat(range(at(3), at(5))).isEqualTo(new SeekRange.Blocks(3, 5));
    assertThat(range(at(10), at(-1))).isEqualTo(new SeekRange.Blocks(10, -1));
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThat(range(at(5), at(3))).isInstanceOf(SeekRange.Malformed.class);
    assertThat(SeekRange.of(SeekInfo.newBuilder().setStart(OLDEST).build(), HEIGHT))
        .isInstanceOf(SeekRange.Malformed.class);
    assertThat(range(at(11), at(12))).isInstanceOf(SeekRange.BeyondEnd.class);
    assertThat(range(SeekPosition.getDefaultInstance(), NEWEST))
        .isInstanceOf(SeekRange.BeyondEnd.class);
  }

  private static SeekRange range(SeekPosition start, SeekPosition stop) {
    return SeekRange.of(SeekInfo.newBuilder().setStart(start).setStop(stop).build(), HEIGHT);
  }

  private static SeekPosition at(long number) {
    return SeekPosition.newBuilder()
        .setSpecified(SeekSpecified.newBuilder().setNumber(number))
        .build();
  }
}
