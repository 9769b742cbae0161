package io.denim.chaincode;

import io.denim.ledger.SimulationException;

/// Keeps a chaincode from what its channel's capabilities do not allow yet.
final class ChannelFeatures {
  private final ChaincodeChannels channels;

  ChannelFeatures(ChaincodeChannels channels) {
    this.channels = channels;
  }

  void checkKeyLevelEndorsement(String channelId) throws SimulationException {
    if (!of(channelId).keyLevelEndorsement()) {
      throw new SimulationException(
          "key level endorsement is not enabled, channel application capability of V1_3 or later"
              + " is required");
    }
  }

  void checkPurgePrivateData(String channelId) throws SimulationException {
    if (!of(channelId).purgePrivateData()) {
      throw new SimulationException(
          "purge private data is not enabled, channel application capability of V2_5 or later is"
              + " required");
    }
  }

  private ChaincodeChannels.Features of(String channelId) throws SimulationException {
    return channels
        .features(channelId)
        .orElseThrow(
            () -> new SimulationException("application config does not exist for " + channelId));
  }
}
