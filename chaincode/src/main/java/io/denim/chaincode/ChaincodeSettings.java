package io.denim.chaincode;

import java.time.Duration;
import java.util.Optional;

/// How chaincode is run (`chaincode` and `ledger.state` in core.yaml; fabric v3.1.5
/// core/chaincode/config.go).
///
/// @param executeTimeout the longest that one invocation may take
/// @param startupTimeout the longest from the first call of a package until it is registered
/// @param keepalive how often a message is sent so that proxies keep the stream; absent: never
/// @param totalQueryLimit the most results that one query gives
/// @param developmentMode whether chaincodes that this peer did not start may register
public record ChaincodeSettings(
    Duration executeTimeout,
    Duration installTimeout,
    Duration startupTimeout,
    Optional<Duration> keepalive,
    int totalQueryLimit,
    Batches batches,
    boolean developmentMode) {
  /// Which of v3.1's batched messages are offered to shims, and their sizes.
  public record Batches(boolean writes, int maxWrites, boolean reads, int maxReads) {}

  /// The values of Fabric's sample core.yaml.
  public static ChaincodeSettings defaults() {
    return new ChaincodeSettings(
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        Duration.ofMinutes(5),
        Optional.empty(),
        100_000,
        new Batches(true, 1000, true, 1000),
        false);
  }

  /// The same with another time for one invocation.
  public ChaincodeSettings withExecuteTimeout(Duration timeout) {
    return new ChaincodeSettings(
        timeout,
        installTimeout,
        startupTimeout,
        keepalive,
        totalQueryLimit,
        batches,
        developmentMode);
  }
}
