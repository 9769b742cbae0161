package io.denim.channelconfig;

/// How much an orderer puts into one block. Sizes are unsigned 32-bit numbers on the wire and
/// positive here.
///
/// @param maxMessageCount most messages in a block
/// @param absoluteMaxBytes the size of a message, in bytes, above which it is refused
/// @param preferredMaxBytes the size in bytes at which a block is cut; a larger message gets a
///   block of its own
public record BatchSize(long maxMessageCount, long absoluteMaxBytes, long preferredMaxBytes) {
  static BatchSize of(org.hyperledger.fabric.protos.orderer.BatchSize proto)
      throws ChannelConfigException {
    var size =
        new BatchSize(
            Integer.toUnsignedLong(proto.getMaxMessageCount()),
            Integer.toUnsignedLong(proto.getAbsoluteMaxBytes()),
            Integer.toUnsignedLong(proto.getPreferredMaxBytes()));
    size.check();
    return size;
  }

  private void check() throws ChannelConfigException {
    requirePositive(maxMessageCount, "max message count");
    requirePositive(absoluteMaxBytes, "absolute max bytes");
    requirePositive(preferredMaxBytes, "preferred max bytes");
    if (preferredMaxBytes > absoluteMaxBytes) {
      throw new ChannelConfigException(
          "Attempted to set the batch size preferred max bytes ("
              + preferredMaxBytes
              + ") greater than the absolute max bytes ("
              + absoluteMaxBytes
              + ").");
    }
  }

  private static void requirePositive(long value, String what) throws ChannelConfigException {
    if (value == 0) {
      throw new ChannelConfigException(
          "Attempted to set the batch size " + what + " to an invalid value: 0");
    }
  }
}
