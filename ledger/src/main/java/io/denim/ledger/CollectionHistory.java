package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The explicit collections that chaincodes had, by the block that defined them (fabric v3.1.5
/// core/ledger/confighistory). Keys and values are Fabric's, since snapshots hold them as they are.
/// Made for one group of blocks; used by the committing thread.
final class CollectionHistory {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionHistory.class);
  private static final String LIFECYCLE = "_lifecycle";
  private static final String IMPLICIT = "_implicit_org_";
  private static final String KEY_PREFIX = "slscc\0";
  private static final String KEY_SUFFIX = "~collection";
  private static final Pattern DEFINITION = Pattern.compile("namespaces/fields/([^/]+)/Sequence");

  private final String channelId;
  private final CollectionSource source;
  private final Map<ByteString, ByteString> added =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());

  CollectionHistory(String channelId, CollectionSource source) {
    this.channelId = channelId;
    this.source = source;
  }

  /// Notes the collections of chaincodes that a block defines.
  ///
  /// @param state as the block leaves it
  void add(long block, BlockUpdates updates, QueryExecutor state) {
    for (ByteString key : updates.publicUpdates().of(LIFECYCLE).keySet()) {
      Matcher matcher = DEFINITION.matcher(key.toStringUtf8());
      if (matcher.matches()) {
        String chaincode = matcher.group(1);
        CollectionConfigPackage explicit = explicit(chaincode, state);
        if (explicit.getConfigCount() > 0) {
          added.put(key(chaincode, block), explicit.toByteString());
        }
      }
    }
  }

  private CollectionConfigPackage explicit(String chaincode, QueryExecutor state) {
    CollectionConfigPackage.Builder explicit = CollectionConfigPackage.newBuilder();
    try {
      Optional<List<StaticCollectionConfig>> all = source.collections(channelId, chaincode, state);
      for (StaticCollectionConfig config : all.orElse(List.of())) {
        if (!config.getName().startsWith(IMPLICIT)) {
          explicit.addConfig(CollectionConfig.newBuilder().setStaticCollectionConfig(config));
        }
      }
    } catch (SimulationException e) {
      // The state holds what its endorsers agreed on; the chaincode is as good as undefined.
      LOG.warn(
          "[channel: {}] The collections of chaincode [{}] cannot be read and count as none: {}",
          channelId,
          chaincode,
          e.getMessage());
    }
    return explicit.build();
  }

  private static ByteString key(String chaincode, long block) {
    byte[] name = (KEY_PREFIX + chaincode + KEY_SUFFIX).getBytes(StandardCharsets.UTF_8);
    return ByteString.copyFrom(
        ByteBuffer.allocate(name.length + Long.BYTES).put(name).putLong(~block).array());
  }

  /// The explicit collections of a chaincode's last definition before a block.
  static Optional<CollectionConfigPackage> below(Database db, String chaincode, long block) {
    if (block == 0) {
      return Optional.empty();
    }
    byte[] name = (KEY_PREFIX + chaincode + KEY_SUFFIX).getBytes(StandardCharsets.UTF_8);
    byte[] newest = key(chaincode, block - 1).toByteArray();
    try (Database.Cursor cursor = db.cursor(Table.COLLECTIONS, newest)) {
      byte[] found = cursor.key();
      return found != null && found.length == newest.length && DatabaseKey.startsWith(found, name)
          ? Optional.of(CollectionConfigPackage.parseFrom(cursor.value()))
          : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new LedgerException(
          "the collections that chaincode [" + chaincode + "] had cannot be read", e);
    }
  }

  void addTo(Database.Batch batch) {
    added.forEach(
        (key, value) -> batch.put(Table.COLLECTIONS, key.toByteArray(), value.toByteArray()));
  }
}
