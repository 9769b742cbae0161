package io.denim.identity;

import java.nio.file.Path;
import java.time.InstantSource;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;

/// A node's or client's own MSP directory: who it trusts as its organization, and its own key.
///
/// Follows fabric v3.1.5 msp/configbuilder.go.
@SuppressWarnings("DoNotCallSuggester")
public record LocalMsp(Msp msp, SigningIdentity signingIdentity) {
  /// Loads the directory (`cacerts`, `signcerts`, `keystore`, `config.yaml` and so on).
  ///
  /// @param clock the certificate must not have expired by it
  /// @throws MspConfigException if the directory lacks something or something in it is not usable
  public static LocalMsp load(
      Path mspDirectory, String mspId, SignatureVerifier verifier, InstantSource clock)
      throws MspConfigException {
    throw new UnsupportedOperationException();
  }

  /// The directory without keys, as a channel's configuration carries it.
  ///
  /// @throws MspConfigException if the directory lacks something or something in it is not usable
  public static FabricMSPConfig verifyingConfig(Path mspDirectory, String mspId)
      throws MspConfigException {
    throw new UnsupportedOperationException();
  }
}
