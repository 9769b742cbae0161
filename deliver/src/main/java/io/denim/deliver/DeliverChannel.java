package io.denim.deliver;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.BlockReader;

/// A channel whose blocks a node delivers. Safe for use by any thread.
public interface DeliverChannel {
  /// The configuration in force; replaced as a whole when a config block commits.
  ChannelConfig config();

  BlockReader blocks();

  /// True while the consenter behind the channel cannot take part in it, so that readers had better
  /// ask elsewhere.
  boolean failing();
}
