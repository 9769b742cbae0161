package io.denim.gossip;

import com.google.protobuf.ByteString;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.core.View;
import io.denim.metrics.Gauge;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs and counts the peers that come and go in each channel, in Fabric's words. Owned by gossip's
/// thread.
///
/// Follows fabric v3.1.5 gossip/gossip/channel/channel.go membershipTracker.
final class MembershipReport {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.channel");

  private final long interval;
  private final Metric<Gauge> total;
  private final Metric<Gauge> leader;
  private final Map<String, Map<ByteString, List<String>>> before = new HashMap<>();
  private long next;

  /// @param interval in milliseconds
  MembershipReport(long interval, Metrics metrics) {
    this.interval = interval;
    this.total =
        metrics.gauge(
            MetricName.of("gossip_membership_total_peers_known", "Total known peers", "channel"));
    this.leader =
        metrics.gauge(
            MetricName.of(
                "gossip_leader_election_leader", "Peer is leader (1) or follower (0)", "channel"));
  }

  /// This peer was elected in a channel, or is not.
  void leads(String channelId, boolean leads) {
    leader.series(channelId).set(leads ? 1 : 0);
    LOG.info(
        "{} for channel {}",
        leads
            ? "Elected as a leader, starting delivery service"
            : "Not elected as a leader, so blocks come from other peers",
        channelId);
  }

  void report(View view, long now) {
    if (now < next) {
      return;
    }
    next = now + interval;
    before.keySet().retainAll(view.channels().keySet());
    view.channels().forEach(this::report);
  }

  private void report(String channelId, List<ChannelMember> members) {
    Map<ByteString, List<String>> now = new HashMap<>();
    for (ChannelMember member : members) {
      now.put(
          member.member().pkiId(),
          List.of(member.member().endpoint(), member.member().internalEndpoint()));
    }
    total.series(channelId).set(now.size());
    Map<ByteString, List<String>> earlier = before.getOrDefault(channelId, Map.of());
    List<List<String>> gone = missing(earlier, now);
    List<List<String>> come = missing(now, earlier);
    before.put(channelId, now);
    if (!gone.isEmpty() || !come.isEmpty()) {
      LOG.info(
          "[[{}] Membership view has changed. {}{} current view:  {}]",
          channelId,
          gone.isEmpty() ? "" : "peers went offline:  " + gone + ",",
          come.isEmpty() ? "" : "peers went online:  " + come + ",",
          now.values());
    }
  }

  private static List<List<String>> missing(
      Map<ByteString, List<String>> from, Map<ByteString, List<String>> in) {
    List<List<String>> missing = new ArrayList<>();
    from.forEach((pkiId, endpoints) -> {
      if (!in.containsKey(pkiId)) {
        missing.add(endpoints);
      }
    });
    return missing;
  }
}
