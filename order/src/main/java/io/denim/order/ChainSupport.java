package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;

/// What a chain asks of its channel.
public interface ChainSupport {
  /// The configuration in force.
  ChannelConfig config();

  /// Checks a message again whose configuration was replaced while it waited.
  Verdict recheck(Envelope message, boolean isConfig);

  /// The newest block that is written.
  Block lastBlock();

  /// Signs blocks and writes them with one sync; configurations in them take effect.
  ///
  /// @param blocks in order, following the last block, header and data filled
  /// @param consenterMetadata what the consenter keeps beside each block's signature, one a block
  void write(List<Block> blocks, List<ByteString> consenterMetadata);

  /// This node is no longer a consenter of the channel and follows it from now on. The chain ends
  /// by itself.
  void leave();
}
