package io.denim.peer;

import io.denim.gossip.GossipNode;
import io.denim.gossip.PrivateDataSettings;
import io.denim.gossip.privdata.PrivateDataAnswering;
import io.denim.gossip.privdata.PrivateDataPull;
import java.time.InstantSource;

/// What a peer does about private data together with others: sends what it endorsed, fetches what a
/// commit lacks, gives what it has to members, and asks later for what stayed missing.
final class PeerPrivateData implements AutoCloseable {
  private final PrivateDataPull pull;
  private final PrivateDataFetch fetch;
  private final PrivateDataExchange exchange;
  private final PrivateDataReconciler reconciler;

  PeerPrivateData(
      PeerChannels channels,
      CollectionMembership membership,
      GossipNode gossip,
      PrivateDataSettings settings,
      InstantSource clock) {
    this.pull = new PrivateDataPull(gossip, settings.btlPullMargin());
    this.fetch = new PrivateDataFetch(membership, pull, settings, clock);
    this.exchange =
        new PrivateDataExchange(channels, membership, gossip, settings.pushAckTimeout());
    this.reconciler =
        new PrivateDataReconciler(channels, membership, pull, settings.reconciliation());
    PrivateDataAnswering.start(gossip.communication(), new HeldPrivateData(channels, membership));
  }

  /// For commits.
  PrivateDataFetch fetch() {
    return fetch;
  }

  /// For endorsements.
  PrivateDataExchange exchange() {
    return exchange;
  }

  /// Begins to ask for what is missing.
  void start() {
    reconciler.start();
  }

  @Override
  public void close() {
    reconciler.close();
    exchange.close();
    pull.close();
  }
}
