package io.denim.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The section `BCCSP` of a node's configuration: how it keeps its keys and what it hashes with
/// (fabric v3.1.5 bccsp/factory). Keys are in files; whoever configured a hardware module must hear
/// that it is not used.
public final class Bccsp {
  private Bccsp() {}

  /// Where the node's private keys are, if not in its MSP's folder.
  ///
  /// @param section such as `peer.BCCSP`
  public static Optional<Path> keystore(Settings settings, String section) {
    String provider = settings.text(section + ".Default", "SW");
    if (!provider.equals("SW")) {
      settings.problem(
          section + ".Default", provider, "SW (keys in files: hardware modules are not supported)");
    }
    settings.choice(section + ".SW.Hash", "SHA2", List.of("SHA2"));
    settings.choice(section + ".SW.Security", "256", List.of("256", "384"));
    return settings.path(section + ".SW.FileKeyStore.KeyStore");
  }
}
