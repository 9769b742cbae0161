package io.denim.deliver;

import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekPosition;

/// Which blocks a `SeekInfo` asks for, given the channel's height when it came (fabric v3.1.5
/// common/deliver/deliver.go, common/ledger/blockledger/fileledger/impl.go). Block numbers are
/// unsigned.
sealed interface SeekRange {
  /// @param start the first block
  /// @param stop the last block, inclusive
  record Blocks(long start, long stop) implements SeekRange {}

  /// The request makes no sense.
  record Malformed(String reason) implements SeekRange {}

  /// The start lies beyond the next block.
  record BeyondEnd(String reason) implements SeekRange {}

  static SeekRange of(SeekInfo seek, long height) {
    if (!seek.hasStart() || !seek.hasStop()) {
      return new Malformed("start or stop is missing");
    }
    long start =
        switch (seek.getStart().getTypeCase()) {
          case OLDEST -> 0;
          case NEWEST -> height - 1;
          case NEXT_COMMIT -> height;
          case SPECIFIED -> seek.getStart().getSpecified().getNumber();
          case TYPE_NOT_SET -> -1;
        };
    if (seek.getStart().getTypeCase() == SeekPosition.TypeCase.TYPE_NOT_SET
        || Long.compareUnsigned(start, height) > 0) {
      return new BeyondEnd(
          "start block "
              + Long.toUnsignedString(start)
              + " lies beyond the channel's height "
              + height);
    }
    return withStop(seek, start, height);
  }

  private static SeekRange withStop(SeekInfo seek, long start, long height) {
    return switch (seek.getStop().getTypeCase()) {
      case OLDEST -> new Blocks(start, start);
      case NEWEST -> new Blocks(start, seek.getStart().equals(seek.getStop()) ? start : height - 1);
      case SPECIFIED -> {
        long stop = seek.getStop().getSpecified().getNumber();
        yield Long.compareUnsigned(stop, start) < 0
            ? new Malformed(
                "start number "
                    + Long.toUnsignedString(start)
                    + " greater than stop number "
                    + Long.toUnsignedString(stop))
            : new Blocks(start, stop);
      }
      case NEXT_COMMIT, TYPE_NOT_SET -> new Blocks(start, 0);
    };
  }
}
