package io.denim.lifecycle;

import io.denim.chaincode.SystemChaincode;
import io.denim.channelconfig.ApplicationOrganization;
import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.TransactionSimulator;
import java.util.List;
import java.util.Optional;

/// A call of a lifecycle function, with what it needs of its channel.
///
/// @param config absent outside of a channel
record Invocation(SystemChaincode.Call call, Optional<ChannelConfig> config) {
  String channelId() {
    return call.channelId();
  }

  /// @throws LifecycleException outside of a channel
  ChannelConfig channel() throws LifecycleException {
    return config.orElseThrow(
        () -> new LifecycleException("no application config for channel '" + channelId() + "'"));
  }

  /// @throws LifecycleException outside of a channel
  TransactionSimulator simulator() throws LifecycleException {
    return call.simulator()
        .orElseThrow(() -> new LifecycleException("invalid channel-less operation"));
  }

  List<ApplicationOrganization> organizations() throws LifecycleException {
    return Organizations.of(channel());
  }
}
