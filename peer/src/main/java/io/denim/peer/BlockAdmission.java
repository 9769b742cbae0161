package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.BlockVerifier;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.wire.BlockHash;
import java.util.HexFormat;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.jspecify.annotations.Nullable;

/// Judges a channel's blocks as they come from an orderer, before anything is done with them: each
/// must have the next number, follow the block before it, hold the data that its header names, and
/// be signed by enough orderers under the configuration in force (fabric v3.1.5
/// internal/pkg/peer/orderers, blocksprovider/block_verification.go). Used by one thread.
final class BlockAdmission {
  private final Chain chain;
  private volatile long next; // read by any thread
  private ByteString lastHash;
  private boolean afterConfig;
  private @Nullable Verifying verifying;

  /// What is known of the channel.
  interface Chain {
    /// The configuration in force.
    ChannelConfig config();

    /// Waits until so many blocks are committed and what follows from them is in force.
    ///
    /// @return why that will not be, empty once it is
    Optional<String> awaitCommitted(long height) throws InterruptedException;
  }

  /// The verifier that goes with a configuration.
  private record Verifying(ChannelConfig config, BlockVerifier verifier) {}

  /// @param height the next block's number
  /// @param lastHash of the header of the block before it
  BlockAdmission(Chain chain, long height, ByteString lastHash) {
    this.chain = chain;
    this.next = height;
    this.lastHash = lastHash;
  }

  /// The number of the block that is wanted next.
  long next() {
    return next;
  }

  /// Begins anew at another height.
  void restart(long height, ByteString hash) {
    next = height;
    lastHash = hash;
    afterConfig = false;
  }

  /// Why a block is not the channel's next one, empty if it is.
  Optional<String> problem(Block block) throws InterruptedException {
    BlockHeader header = block.getHeader();
    String number = Long.toUnsignedString(header.getNumber());
    if (header.getNumber() != next) {
      return Optional.of(
          "it has number " + number + ", but the next one is " + Long.toUnsignedString(next));
    }
    if (!header.getPreviousHash().equals(lastHash)) {
      return Optional.of(
          "block "
              + number
              + " does not follow the block before it: it names "
              + hex(header.getPreviousHash())
              + " as the hash before, which is "
              + hex(lastHash));
    }
    if (afterConfig) {
      Optional<String> stopped = chain.awaitCommitted(next);
      if (stopped.isPresent()) {
        return stopped;
      }
      afterConfig = false;
    }
    try {
      return verifier(chain.config()).problem(block);
    } catch (ChannelConfigException e) {
      return Optional.of("the configuration does not say who orders: " + e.getMessage());
    }
  }

  private BlockVerifier verifier(ChannelConfig config) throws ChannelConfigException {
    Verifying known = verifying;
    if (known == null || known.config() != config) {
      known = new Verifying(config, BlockVerifier.of(config));
      verifying = known;
    }
    return known.verifier();
  }

  /// Goes on to the block after this one, which had no problem and was taken. A configuration must
  /// be in force before what comes after it is judged.
  void taken(Block block) {
    next = block.getHeader().getNumber() + 1;
    lastHash = BlockHash.ofHeader(block.getHeader());
    afterConfig = ConfigBlocks.isConfigBlock(block);
  }

  private static String hex(ByteString hash) {
    return HexFormat.of().formatHex(hash.toByteArray());
  }
}
