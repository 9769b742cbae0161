package io.denim.peer;

import io.denim.gossip.LeadershipSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// In which channels this peer takes blocks from the orderers: in all, in none, or where it was
/// elected. Safe for use by any thread; never waits for a feed.
final class OrdererDeliveries {
  private final LeadershipSettings leadership;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Boolean> elected = new HashMap<>(); // guarded by lock
  private final Map<String, OrdererDelivery> running = new HashMap<>(); // guarded by lock

  OrdererDeliveries(LeadershipSettings leadership) {
    this.leadership = leadership;
  }

  /// Whether leaders are elected.
  boolean isElected() {
    return leadership.election().isPresent();
  }

  void add(OrdererDelivery delivery) {
    lock.lock();
    try {
      running.put(delivery.channelId(), delivery);
      delivery.lead(
          leadership.orgLeader() || elected.getOrDefault(delivery.channelId(), Boolean.FALSE));
    } finally {
      lock.unlock();
    }
  }

  void remove(OrdererDelivery delivery) {
    lock.lock();
    try {
      running.remove(delivery.channelId(), delivery);
    } finally {
      lock.unlock();
    }
  }

  /// An election has ended.
  void elected(String channelId, boolean leads) {
    lock.lock();
    try {
      elected.put(channelId, leads);
      OrdererDelivery delivery = running.get(channelId);
      if (delivery != null) {
        delivery.lead(leads);
      }
    } finally {
      lock.unlock();
    }
  }

  /// This peer cannot commit a channel's blocks, so others should not depend on it.
  void cannotCommit(String channelId) {
    lock.lock();
    try {
      OrdererDelivery delivery = running.get(channelId);
      if (delivery != null) {
        delivery.stepDown();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether a channel's blocks should come from other peers.
  boolean isFollower(String channelId) {
    lock.lock();
    try {
      OrdererDelivery delivery = running.get(channelId);
      return delivery != null && !delivery.leads();
    } finally {
      lock.unlock();
    }
  }

  /// Whether a channel's blocks should come from its orderers, none of which is in reach.
  boolean isCutOff(String channelId) {
    lock.lock();
    try {
      OrdererDelivery delivery = running.get(channelId);
      return delivery != null && delivery.isCutOff();
    } finally {
      lock.unlock();
    }
  }
}
