package io.denim.chaincode.launch;

import io.denim.chaincode.ChaincodeAuthority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where and how packages are built and started.
///
/// @param buildFolder keeps what was built (`externalbuilder/builds` below the peer's own)
/// @param peer how chaincodes reach this peer
/// @param externalBuilders asked in order before the built-in ones
/// @param buildTimeout the longest that one command of a build may run
/// @param logging `CORE_CHAINCODE_LOGGING_LEVEL`, `..._SHIM` and `..._FORMAT` for chaincodes
/// @param isolation how far processes are kept from the machine
public record LaunchSettings(
    Path buildFolder,
    Peer peer,
    List<ExternalBuilder> externalBuilders,
    Duration buildTimeout,
    Map<String, String> logging,
    Isolation isolation) {
  public LaunchSettings {
    externalBuilders = List.copyOf(externalBuilders);
    logging = Map.copyOf(logging);
  }

  /// @param address `host:port` of the chaincode listener, as chaincodes dial it
  /// @param authority gives chaincodes their certificates; absent without TLS
  public record Peer(String address, String mspId, Optional<ChaincodeAuthority> authority) {}

  /// How far a chaincode's process is kept from the machine. Its environment is cleared always.
  ///
  /// @param namespaces in namespaces of its own (bubblewrap), where that program is to be had; it
  ///   sees the system's programs and its own build read-only, shares the network, and dies with
  ///   the peer
  /// @param memoryBytes of its own that a process may have (`prlimit`, where that program is to be
  ///   had); 0 for no bound
  public record Isolation(boolean namespaces, long memoryBytes) {
    /// What Fabric's sample settings give a chaincode's container: 2 GiB.
    public static final long CUSTOMARY_MEMORY = 2L << 30;

    /// An ordinary process with a bound on its memory.
    public static final Isolation CUSTOMARY = new Isolation(false, CUSTOMARY_MEMORY);
  }

  /// Settings without external builders or namespaces.
  public static LaunchSettings of(Path buildFolder, Peer peer) {
    return new LaunchSettings(
        buildFolder,
        peer,
        List.of(),
        Duration.ofMinutes(5),
        Map.of("CORE_CHAINCODE_LOGGING_LEVEL", "info", "CORE_CHAINCODE_LOGGING_SHIM", "warning"),
        Isolation.CUSTOMARY);
  }
}
