package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.JsonQueryResults.Query;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.jspecify.annotations.Nullable;

/// Reads of the world state, with or without recording them (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/txmgr/query_executor.go and collection_val.go). Used by one thread
/// at a time.
final class StateQueryExecutor implements QueryExecutor {
  private final View view;
  private final ReadRecorder recorder;
  private final boolean checkCollections;
  private final QueryExecutor forDefinitions;
  private final Set<String> checkedNamespaces = new HashSet<>();
  private final Set<CollectionName> collections = new HashSet<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private boolean closed;

  /// @param checkCollections whether reads of undefined collections are refused; not where the
  ///   definitions themselves are being read
  /// @param forDefinitions reads the collections' definitions; absent: this executor does
  StateQueryExecutor(
      View view,
      ReadRecorder recorder,
      boolean checkCollections,
      @Nullable QueryExecutor forDefinitions) {
    this.view = view;
    this.recorder = recorder;
    this.checkCollections = checkCollections;
    this.forDefinitions = forDefinitions == null ? this : forDefinitions;
  }

  @Override
  public Optional<ByteString> state(String namespace, String key) throws SimulationException {
    return valueOf(read(namespace, key));
  }

  private @Nullable VersionedValue read(String namespace, String key) throws SimulationException {
    checkOpen();
    VersionedValue value = view.state().get(namespace, ByteString.copyFromUtf8(key));
    recorder.read(namespace, key, versionOf(value));
    return value;
  }

  @Override
  public List<Optional<ByteString>> states(String namespace, List<String> keys)
      throws SimulationException {
    List<Optional<ByteString>> values = new ArrayList<>(keys.size());
    for (String key : keys) {
      values.add(state(namespace, key));
    }
    return values;
  }

  @Override
  public Map<String, ByteString> stateMetadata(String namespace, String key)
      throws SimulationException {
    return Metadata.of(read(namespace, key));
  }

  @Override
  public Results<KV> stateRange(String namespace, String startKey, String endKey)
      throws SimulationException {
    return stateRangePage(namespace, startKey, endKey, 0, "");
  }

  @Override
  public PagedResults<KV> stateRangePage(
      String namespace, String startKey, String endKey, int pageSize, String bookmark)
      throws SimulationException {
    checkOpen();
    String start = bookmark.isEmpty() ? startKey : bookmark;
    StateReader.Cursor cursor =
        view.state()
            .range(namespace, ByteString.copyFromUtf8(start), ByteString.copyFromUtf8(endKey));
    ReadRecorder.RangeReads reads = null;
    if (recorder.isRecording()) {
      reads = new ReadRecorder.RangeReads(namespace, start, endKey);
      recorder.readRange(reads);
    }
    return keep(new StateRange(namespace, cursor, pageSize, reads));
  }

  @Override
  public Results<KV> query(String namespace, String query) throws SimulationException {
    return queryPage(namespace, query, 0, "");
  }

  @Override
  public PagedResults<KV> queryPage(String namespace, String query, int pageSize, String bookmark)
      throws SimulationException {
    checkOpen();
    return keep(
        new JsonQueryResults(
            view.queries(), new Query(namespace, namespace, query, pageSize, bookmark), recorder));
  }

  @Override
  public Optional<ByteString> privateData(String namespace, String collection, String key)
      throws SimulationException {
    CollectionName name = check(namespace, collection);
    VersionedValue value = view.privateValue(name, key);
    Height version = versionOf(value);
    Height hashVersion = versionOf(view.hashedValue(name, KeyHash.of(key)));
    if (!Objects.equals(hashVersion, version)) {
      throw new SimulationException(
          "private data matching public hash version is not available. Public hash version = %s, Private data version = %s"
              .formatted(Height.text(hashVersion), Height.text(version)));
    }
    recorder.readHash(name, key, version);
    recorder.readPrivate(name);
    return valueOf(value);
  }

  @Override
  public List<Optional<ByteString>> privateData(
      String namespace, String collection, List<String> keys) throws SimulationException {
    CollectionName name = check(namespace, collection);
    List<Optional<ByteString>> values = new ArrayList<>(keys.size());
    for (String key : keys) {
      VersionedValue value = view.privateValue(name, key);
      recorder.readHash(name, key, versionOf(value));
      recorder.readPrivate(name);
      values.add(valueOf(value));
    }
    return values;
  }

  @Override
  public Optional<ByteString> privateDataHash(String namespace, String collection, String key)
      throws SimulationException {
    return valueOf(readHash(check(namespace, collection), key));
  }

  @Override
  public Map<String, ByteString> privateDataMetadata(
      String namespace, String collection, String key) throws SimulationException {
    return Metadata.of(readHash(check(namespace, collection), key));
  }

  private @Nullable VersionedValue readHash(CollectionName name, String key) {
    VersionedValue value = view.hashedValue(name, KeyHash.of(key));
    recorder.readHash(name, key, versionOf(value));
    return value;
  }

  @Override
  public Map<String, ByteString> privateDataMetadataByHash(
      String namespace, String collection, ByteString keyHash) throws SimulationException {
    CollectionName name = check(namespace, collection);
    if (recorder.isRecording()) {
      throw new SimulationException(
          "retrieving private data metadata by keyhash is not supported in simulation. This"
              + " function is only available for query as yet");
    }
    return Metadata.of(view.hashedValue(name, keyHash));
  }

  @Override
  public Results<KV> privateDataRange(
      String namespace, String collection, String startKey, String endKey)
      throws SimulationException {
    check(namespace, collection);
    StateReader.Cursor cursor =
        view.state()
            .range(
                StateKey.privateNamespace(namespace, collection),
                ByteString.copyFromUtf8(startKey),
                ByteString.copyFromUtf8(endKey));
    return keep(new StateRange(namespace, cursor, 0, null));
  }

  @Override
  public Results<KV> queryPrivateData(String namespace, String collection, String query)
      throws SimulationException {
    check(namespace, collection);
    String space = StateKey.privateNamespace(namespace, collection);
    return keep(
        new JsonQueryResults(
            view.queries(), new Query(namespace, space, query, 0, ""), ReadRecorder.NONE));
  }

  @Override
  public Results<KeyModification> history(String namespace, String key) throws SimulationException {
    checkOpen();
    return keep(view.history(namespace, key));
  }

  private <T extends AutoCloseable> T keep(T results) {
    open.add(results);
    return results;
  }

  /// Refuses collections that the chaincode does not define.
  CollectionName check(String namespace, String collection) throws SimulationException {
    CollectionName name = new CollectionName(namespace, collection);
    if (checkCollections && checkedNamespaces.add(namespace)) {
      Optional<List<StaticCollectionConfig>> defined = view.collections(namespace, forDefinitions);
      if (defined.isEmpty()) {
        checkedNamespaces.remove(namespace);
        throw new SimulationException(
            "collection config not defined for chaincode [%s], pass the collection configuration upon chaincode definition/instantiation"
                .formatted(namespace));
      }
      for (StaticCollectionConfig config : defined.get()) {
        collections.add(new CollectionName(namespace, config.getName()));
      }
    }
    if (checkCollections && !collections.contains(name)) {
      throw new SimulationException(
          "collection [%s] not defined in the collection config for chaincode [%s]"
              .formatted(collection, namespace));
    }
    checkOpen();
    return name;
  }

  void checkOpen() throws SimulationException {
    if (closed) {
      throw new SimulationException("this instance should not be used after calling Done()");
    }
  }

  private static @Nullable Height versionOf(@Nullable VersionedValue value) {
    return value == null ? null : value.version();
  }

  private static Optional<ByteString> valueOf(@Nullable VersionedValue value) {
    return value == null ? Optional.empty() : Optional.of(value.present());
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (AutoCloseable results : open) {
      try {
        results.close();
      } catch (Exception e) {
        throw new LedgerException("the results of a query cannot be closed", e);
      }
    }
    view.close();
  }

  /// What an executor reads from.
  interface View extends AutoCloseable {
    StateReader state();

    Results<KeyModification> history(String namespace, String key) throws SimulationException;

    /// All collections of a chaincode, empty where it is not defined.
    Optional<List<StaticCollectionConfig>> collections(String namespace, QueryExecutor executor)
        throws SimulationException;

    /// Refuses a write that the state cannot hold.
    default void checkWrite(String key, ByteString value) throws SimulationException {}

    /// Finds JSON values; there are none to be found during a commit.
    default JsonQueries queries() {
      return JsonQueries.NONE;
    }

    default @Nullable VersionedValue privateValue(CollectionName name, String key) {
      return state()
          .get(
              StateKey.privateNamespace(name.namespace(), name.collection()),
              ByteString.copyFromUtf8(key));
    }

    default @Nullable VersionedValue hashedValue(CollectionName name, ByteString keyHash) {
      return state().get(StateKey.hashedNamespace(name.namespace(), name.collection()), keyHash);
    }

    @Override
    void close();
  }
}
