package io.denim.ledger;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// For how many blocks private data of a collection is kept (fabric v3.1.5
/// core/ledger/pvtdatapolicy/btlpolicy.go). A collection's number cannot be changed once it is
/// defined, so it is asked for once. Safe for use by any thread.
final class BlockToLive {
  /// The expiry of data that never expires.
  static final long NEVER = -1L;

  private final String channelId;
  private final CollectionSource source;
  private final Map<CollectionName, Long> known = new ConcurrentHashMap<>();

  BlockToLive(String channelId, CollectionSource source) {
    this.channelId = channelId;
    this.source = source;
  }

  /// The block whose commit ends the life of data committed with a block; {@link #NEVER} if none
  /// does, as for data of a collection that is not defined.
  ///
  /// @param state reads the definitions
  long expiry(CollectionName name, long committedIn, QueryExecutor state) {
    Long blocks = known.get(name);
    if (blocks == null) {
      Optional<Long> defined = load(name, state);
      defined.ifPresent(number -> known.put(name, number));
      blocks = defined.orElse(0L);
    }
    if (blocks == 0) {
      return NEVER;
    }
    long expiry = committedIn + blocks + 1;
    return Long.compareUnsigned(expiry, committedIn) <= 0 ? NEVER : expiry;
  }

  private Optional<Long> load(CollectionName name, QueryExecutor state) {
    try {
      Optional<List<StaticCollectionConfig>> defined =
          source.collections(channelId, name.namespace(), state);
      for (StaticCollectionConfig config : defined.orElse(List.of())) {
        if (config.getName().equals(name.collection())) {
          return Optional.of(config.getBlockToLive());
        }
      }
      return Optional.empty();
    } catch (SimulationException e) {
      return Optional.empty(); // as if it were not defined; CollectionHistory has told of it
    }
  }
}
