package io.denim.deliver;

import io.denim.channelconfig.ChannelConfig;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;

/// Decides who may read a channel under a configuration.
@FunctionalInterface
public interface DeliverAccess {
  PolicyOutcome check(ChannelConfig config, SignedData request);
}
