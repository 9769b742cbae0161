package io.denim.lifecycle;

import io.denim.chaincode.EndorsementInfo;
import io.denim.chaincode.EndorsementInfoSource;
import io.denim.chaincode.InstalledPackage;
import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import java.util.Optional;

/// Tells which package runs a chaincode on a channel, or why none does (fabric v3.1.5
/// core/chaincode/lifecycle/endorsement_info.go). The sequence that is read is part of every
/// simulation, so a transaction that was simulated with an old definition is invalid.
public final class RunnableChaincodes implements EndorsementInfoSource {
  private final LifecycleChannels channels;
  private final LifecycleCache cache;
  private final boolean developmentMode;

  /// @param developmentMode whether users start chaincodes by hand, as `name:version`
  public RunnableChaincodes(
      LifecycleChannels channels, LifecycleCache cache, boolean developmentMode) {
    this.channels = channels;
    this.cache = cache;
    this.developmentMode = developmentMode;
  }

  @Override
  public EndorsementInfo endorsementInfo(String channelId, String chaincode, QueryExecutor state) {
    try {
      return info(channelId, chaincode, state);
    } catch (LifecycleException e) {
      return new EndorsementInfo.NotReady(e.text());
    }
  }

  private EndorsementInfo info(String channelId, String chaincode, QueryExecutor state)
      throws LifecycleException {
    Optional<ChannelConfig> config = channels.config(channelId);
    if (config.isEmpty()) {
      return no("could not get channel config for channel '" + channelId + "'");
    }
    if (config.get().application().isEmpty()) {
      return no("could not get application config for channel '" + channelId + "'");
    }
    long sequence =
        config.get().capabilities().lifecycleV20() ? sequence(channelId, chaincode, state) : 0;
    if (sequence == 0) {
      readLegacy(chaincode, state);
      return no("chaincode " + chaincode + " not found");
    }
    CachedChaincode cached = cache.cached(channelId, chaincode);
    if (cached == null) {
      return no(
          "could not get approved chaincode info from cache: "
              + (cache.knows(channelId)
                  ? "unknown chaincode '" + chaincode + "' for channel '" + channelId + "'"
                  : "unknown channel '" + channelId + "'"));
    }
    if (cached.definition().sequence() != sequence) {
      return no(
          "chaincode cache at sequence "
              + cached.definition().sequence()
              + " but current sequence is "
              + sequence
              + ", chaincode definition for '"
              + chaincode
              + "' changed during invoke");
    }
    if (!cached.approved()) {
      return no(
          "chaincode definition for '"
              + chaincode
              + "' at sequence "
              + sequence
              + " on channel '"
              + channelId
              + "' has not yet been approved by this org");
    }
    return ready(chaincode, cached);
  }

  private EndorsementInfo ready(String chaincode, CachedChaincode cached) {
    ChaincodeDefinition definition = cached.definition();
    InstalledPackage serving = cache.serving(cached);
    if (serving == null && !developmentMode) {
      return no(
          "chaincode definition for '" + chaincode + "' exists, but chaincode is not installed");
    }
    String packageId =
        serving == null ? chaincode + ":" + definition.version() : serving.packageId();
    return new EndorsementInfo.Ready(
        definition.version(), definition.initRequired(), packageId, definition.endorsementPlugin());
  }

  private static long sequence(String channelId, String chaincode, QueryExecutor state)
      throws LifecycleException {
    try {
      return Definitions.sequence(chaincode, LifecycleState.of(state));
    } catch (LifecycleException e) {
      throw e.during(
          "could not get current sequence for chaincode '"
              + chaincode
              + "' on channel '"
              + channelId
              + "'");
    }
  }

  /// A chaincode of the old lifecycle would be looked for there; that it was is part of what is
  /// endorsed.
  static void readLegacy(String chaincode, QueryExecutor state) throws LifecycleException {
    try {
      state.state("lscc", chaincode);
    } catch (SimulationException e) {
      throw new LifecycleException(
          "could not retrieve state for chaincode " + chaincode + ": " + e.getMessage(), e);
    }
  }

  private static EndorsementInfo no(String reason) {
    return new EndorsementInfo.NotReady(reason);
  }
}
