package io.denim.channelconfig;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.Msp;
import io.denim.identity.MspConfigException;
import io.denim.identity.MspManager;
import io.denim.identity.MspVersion;
import io.denim.identity.SignatureVerifier;
import io.denim.wire.WireParser;
import java.util.LinkedHashMap;
import java.util.Map;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.MSPConfig;

/// Gathers the MSPs of a configuration while its groups are read; an organization that appears in
/// several groups has one MSP (fabric v3.1.5 common/channelconfig/msp.go). Used by one thread.
final class OrganizationMsps {
  static final WireParser<MSPConfig> MSP_CONFIG = WireParser.of(MSPConfig.getDefaultInstance());
  private static final WireParser<FabricMSPConfig> FABRIC =
      WireParser.of(FabricMSPConfig.getDefaultInstance());
  private static final int FABRIC_TYPE = 0;

  private final MspVersion version;
  private final SignatureVerifier verifier;
  private final Map<String, Pending> pending = new LinkedHashMap<>();

  OrganizationMsps(MspVersion version, SignatureVerifier verifier) {
    this.version = version;
    this.verifier = verifier;
  }

  private record Pending(MSPConfig config, Msp msp) {}

  /// Takes an organization's MSP.
  ///
  /// @return the MSP's id
  String propose(String organization, MSPConfig config) throws ChannelConfigException {
    Msp msp = setUp(config);
    Pending earlier = pending.putIfAbsent(msp.mspId(), new Pending(config, msp));
    if (earlier != null && !earlier.config().equals(config)) {
      throw new ChannelConfigException(
          "Attempted to define two different versions of MSP: " + msp.mspId());
    }
    if (msp.mspId().isEmpty()) {
      throw new ChannelConfigException("MSP for org " + organization + " has empty MSP ID");
    }
    return msp.mspId();
  }

  MspManager manager() {
    return MspManager.of(pending.values().stream().map(Pending::msp).toList());
  }

  private Msp setUp(MSPConfig config) throws ChannelConfigException {
    if (config.getType() != FABRIC_TYPE) {
      throw new ChannelConfigException("Setup error: unsupported msp type " + config.getType());
    }
    try {
      FabricMSPConfig fabric = FABRIC.parse(config.getConfig());
      for (Pending known : pending.values()) {
        if (known.config().equals(config)) {
          return known.msp();
        }
      }
      return Msp.of(fabric, version, verifier);
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelConfigException(
          "setting up the MSP manager failed: failed unmarshalling fabric msp config: "
              + e.getMessage(),
          e);
    } catch (MspConfigException e) {
      throw new ChannelConfigException("setting up the MSP manager failed: " + e.getMessage(), e);
    }
  }
}
