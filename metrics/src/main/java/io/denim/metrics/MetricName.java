package io.denim.metrics;

import java.util.List;

/// What a metric is called and what tells its series apart.
///
/// @param name as Fabric's reference lists it, `ledger_blockchain_height`
/// @param labels the names of its labels, in the order in which values are given
public record MetricName(String name, String help, List<String> labels) {
  public MetricName {
    labels = List.copyOf(labels);
  }

  public static MetricName of(String name, String help, String... labels) {
    return new MetricName(name, help, List.of(labels));
  }
}
