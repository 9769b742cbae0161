package io.denim.validate;

import io.denim.channelconfig.ChannelConfig;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;

/// A block whose envelopes passed the checks that need no ledger, or did not.
public final class CheckedBlock {
  private final Block block;
  private final ChannelConfig config;
  private final List<CheckedEnvelope> envelopes;

  CheckedBlock(Block block, ChannelConfig config, List<CheckedEnvelope> envelopes) {
    this.block = block;
    this.config = config;
    this.envelopes = List.copyOf(envelopes);
  }

  public Block block() {
    return block;
  }

  /// The configuration that the envelopes were checked under.
  public ChannelConfig config() {
    return config;
  }

  List<CheckedEnvelope> envelopes() {
    return envelopes;
  }
}
