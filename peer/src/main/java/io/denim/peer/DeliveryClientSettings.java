package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.deliver.FeedTiming;
import io.denim.deliver.OrdererEndpoint;
import io.denim.node.Listener;
import io.denim.node.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `peer.deliveryclient` of core.yaml: how blocks are taken from orderers (fabric v3.1.5
/// core/deliverservice/config.go).
///
/// @param blockGossip whether they are brought to other peers of the organization; never where a
///   channel's orderers are BFT
/// @param followHeaders whether the headers of all orderers are followed where they are BFT
/// @param overrides by the address that a channel names, where that orderer is reached
public record DeliveryClientSettings(
    FeedTiming timing,
    boolean blockGossip,
    boolean followHeaders,
    Map<String, OrdererEndpoint> overrides) {
  private static final String PREFIX = "peer.deliveryclient.";
  private static final String OVERRIDES = PREFIX + "addressOverrides";

  public DeliveryClientSettings {
    overrides = Map.copyOf(overrides);
  }

  /// As core.yaml has them by default.
  public static DeliveryClientSettings defaults() {
    return new DeliveryClientSettings(FeedTiming.defaults(), false, true, Map.of());
  }

  /// Reads the keys; whatever is wrong is left to {@link Settings#finish}.
  static DeliveryClientSettings of(Settings settings) {
    FeedTiming fallback = FeedTiming.defaults();
    Duration longest =
        settings.duration(PREFIX + "reConnectBackoffThreshold", fallback.longestPause());
    FeedTiming timing =
        new FeedTiming(
            settings.duration(PREFIX + "connTimeout", fallback.connectTimeout()),
            settings.duration(PREFIX + "minimalReconnectInterval", fallback.firstPause()),
            longest.compareTo(fallback.longestPause()) > 0 ? fallback.longestPause() : longest,
            settings.duration(PREFIX + "reconnectTotalTimeThreshold", fallback.totalPause()),
            settings.duration(PREFIX + "blockCensorshipTimeoutKey", fallback.stallTimeout()));
    String policy = settings.choice(PREFIX + "policy", "cluster", List.of("simple", "cluster"));
    return new DeliveryClientSettings(
        timing,
        settings.flag(PREFIX + "blockGossipEnabled", true),
        policy.equals("cluster"),
        overrides(settings));
  }

  private static Map<String, OrdererEndpoint> overrides(Settings settings) {
    Map<String, OrdererEndpoint> overrides = new HashMap<>();
    for (Map<String, Object> row : settings.tables(OVERRIDES)) {
      Object from = row.get("from");
      Object to = row.get("to");
      if (from == null && to == null) {
        continue; // as core.yaml comes
      }
      if (from == null || to == null) {
        settings.problem(OVERRIDES, row, "an entry with `from`, `to` and `caCertsFile`");
        continue;
      }
      overrides.put("" + from, new OrdererEndpoint("" + to, roots(settings, row)));
    }
    return overrides;
  }

  private static List<ByteString> roots(Settings settings, Map<String, Object> row) {
    Object file = row.get("cacertsfile");
    if (file == null || file.toString().isEmpty()) {
      return List.of();
    }
    Path path = settings.folder().resolve(file.toString());
    try {
      return List.of(Listener.read(path));
    } catch (IOException e) {
      settings.problem(OVERRIDES, path, "a readable file of certificates");
      return List.of();
    }
  }

  /// Where an orderer that a channel names is reached; with the channel's roots unless there are
  /// others.
  OrdererEndpoint reached(OrdererEndpoint named) {
    return Optional.ofNullable(overrides.get(named.address()))
        .map(over ->
            over.tlsRoots().isEmpty()
                ? new OrdererEndpoint(over.address(), named.tlsRoots())
                : over)
        .orElse(named);
  }
}
