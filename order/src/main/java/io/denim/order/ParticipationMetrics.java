package io.denim.order;

import io.denim.metrics.Gauge;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How this node takes part in each channel and how high that is, under Fabric's names and numbers
/// (fabric v3.1.5 orderer/common/multichannel/metrics.go). Found out when somebody looks; owned by
/// who looks, one at a time.
final class ParticipationMetrics {
  private static final List<String> RELATIONS =
      List.of("other", "consenter", "follower", "config-tracker");
  private static final List<String> STATUSES =
      List.of("inactive", "active", "onboarding", "failed");

  private final ChannelRegistrar registrar;
  private final Metric<Gauge> relation;
  private final Metric<Gauge> status;
  private final Metric<Gauge> height;
  private final Set<String> shown = new HashSet<>(); // guarded by this

  private ParticipationMetrics(Metrics metrics, ChannelRegistrar registrar) {
    this.registrar = registrar;
    this.relation =
        metrics.gauge(
            MetricName.of(
                "participation_consensus_relation",
                "The channel participation consensus relation of the node: 0 if other, 1 if"
                    + " consenter, 2 if follower, 3 if config-tracker.",
                "channel"));
    this.status =
        metrics.gauge(
            MetricName.of(
                "participation_status",
                "The channel participation status of the node: 0 if inactive, 1 if active, 2 if"
                    + " onboarding, 3 if failed.",
                "channel"));
    this.height =
        metrics.gauge(
            MetricName.of("ledger_blockchain_height", "Height of the chain in blocks.", "channel"));
  }

  static void register(Metrics metrics, ChannelRegistrar registrar) {
    metrics.beforeReading(new ParticipationMetrics(metrics, registrar)::refresh);
  }

  private synchronized void refresh() {
    Set<String> gone = new HashSet<>(shown);
    for (String name : registrar.names()) {
      try {
        show(registrar.info(name));
        gone.remove(name);
      } catch (ChannelException e) {
        gone.add(name); // removed meanwhile
      }
    }
    for (String name : gone) {
      relation.remove(name);
      status.remove(name);
      height.remove(name);
      shown.remove(name);
    }
  }

  private void show(ChannelInfo info) {
    shown.add(info.name());
    Chain.Participation participation = info.participation();
    relation.series(info.name()).set(RELATIONS.indexOf(participation.consensusRelation()));
    status.series(info.name()).set(STATUSES.indexOf(participation.status()));
    height.series(info.name()).set((double) info.height());
  }
}
