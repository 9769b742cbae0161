package io.denim.chaincode;

import com.google.protobuf.ByteString;
import io.denim.ledger.SimulationException;
import io.denim.ledger.SimulationResults;
import io.denim.ledger.TransactionSimulator;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;

/// A simulator over a map, for tests: keys are `namespace/key` or `namespace/collection/key`. Reads
/// do not see writes.
public final class MemorySimulator implements TransactionSimulator {
  final SortedMap<String, ByteString> committed = new TreeMap<>();
  final Map<String, Optional<ByteString>> writes = new TreeMap<>();
  final Map<String, Map<String, ByteString>> metadata = new TreeMap<>();
  int open;

  public MemorySimulator with(String key, String value) {
    committed.put(key, ByteString.copyFromUtf8(value));
    return this;
  }

  public String written(String key) {
    return writes.get(key).map(ByteString::toStringUtf8).orElse("(deleted)");
  }

  @Override
  public Optional<ByteString> state(String namespace, String key) {
    return Optional.ofNullable(committed.get(namespace + "/" + key));
  }

  @Override
  public List<Optional<ByteString>> states(String namespace, List<String> keys) {
    List<Optional<ByteString>> values = new ArrayList<>();
    keys.forEach(key -> values.add(state(namespace, key)));
    return values;
  }

  @Override
  public Map<String, ByteString> stateMetadata(String namespace, String key) {
    return metadata.getOrDefault(namespace + "/" + key, Map.of());
  }

  @Override
  public PagedResults<KV> stateRange(String namespace, String startKey, String endKey) {
    return stateRangePage(namespace, startKey, endKey, 0, "");
  }

  @Override
  public PagedResults<KV> stateRangePage(
      String namespace, String startKey, String endKey, int pageSize, String bookmark) {
    String from = namespace + "/" + (bookmark.isEmpty() ? startKey : bookmark);
    String to = namespace + (endKey.isEmpty() ? "0" : "/" + endKey);
    Iterator<Map.Entry<String, ByteString>> entries =
        committed.subMap(from, to).entrySet().iterator();
    open++;
    return new PagedResults<>() {
      private int given;

      @Override
      public Optional<KV> next() {
        if (!entries.hasNext() || (pageSize > 0 && given == pageSize)) {
          return Optional.empty();
        }
        given++;
        Map.Entry<String, ByteString> entry = entries.next();
        return Optional.of(
            KV.newBuilder()
                .setNamespace(namespace)
                .setKey(entry.getKey().substring(namespace.length() + 1))
                .setValue(entry.getValue())
                .build());
      }

      @Override
      public void close() {
        open--;
      }

      @Override
      public String bookmark() {
        return entries.hasNext() ? entries.next().getKey().substring(namespace.length() + 1) : "";
      }
    };
  }

  @Override
  public Results<KV> query(String namespace, String query) throws SimulationException {
    throw new SimulationException("ExecuteQuery not supported for leveldb");
  }

  @Override
  public PagedResults<KV> queryPage(String namespace, String query, int pageSize, String bookmark)
      throws SimulationException {
    throw new SimulationException("ExecuteQueryWithMetadata not supported for leveldb");
  }

  @Override
  public Optional<ByteString> privateData(String namespace, String collection, String key) {
    return state(namespace, collection + "/" + key);
  }

  @Override
  public List<Optional<ByteString>> privateData(
      String namespace, String collection, List<String> keys) {
    List<Optional<ByteString>> values = new ArrayList<>();
    keys.forEach(key -> values.add(privateData(namespace, collection, key)));
    return values;
  }

  @Override
  public Optional<ByteString> privateDataHash(String namespace, String collection, String key) {
    return privateData(namespace, collection, key).map(io.denim.wire.Sha256::of);
  }

  @Override
  public Map<String, ByteString> privateDataMetadata(
      String namespace, String collection, String key) {
    return stateMetadata(namespace, collection + "/" + key);
  }

  @Override
  public Map<String, ByteString> privateDataMetadataByHash(
      String namespace, String collection, ByteString keyHash) {
    return Map.of();
  }

  @Override
  public Results<KV> privateDataRange(
      String namespace, String collection, String startKey, String endKey) {
    return stateRange(namespace, collection + "/" + startKey, collection + "/" + endKey);
  }

  @Override
  public Results<KV> queryPrivateData(String namespace, String collection, String query)
      throws SimulationException {
    throw new SimulationException("ExecuteQuery not supported for leveldb");
  }

  @Override
  public Results<KeyModification> history(String namespace, String key) {
    Iterator<KeyModification> one =
        List.of(KeyModification.newBuilder().setTxId("t0").build()).iterator();
    open++;
    return new Results<>() {
      @Override
      public Optional<KeyModification> next() {
        return one.hasNext() ? Optional.of(one.next()) : Optional.empty();
      }

      @Override
      public void close() {
        open--;
      }
    };
  }

  @Override
  public void setState(String namespace, String key, ByteString value) throws SimulationException {
    if (key.isEmpty()) {
      throw new SimulationException("key must not be empty");
    }
    writes.put(namespace + "/" + key, Optional.of(value));
  }

  @Override
  public void deleteState(String namespace, String key) {
    writes.put(namespace + "/" + key, Optional.empty());
  }

  @Override
  public void setStateMetadata(String namespace, String key, Map<String, ByteString> entries) {
    metadata.put(namespace + "/" + key, entries);
  }

  @Override
  public void setPrivateData(String namespace, String collection, String key, ByteString value) {
    writes.put(namespace + "/" + collection + "/" + key, Optional.of(value));
  }

  @Override
  public void deletePrivateData(String namespace, String collection, String key) {
    writes.put(namespace + "/" + collection + "/" + key, Optional.empty());
  }

  @Override
  public void purgePrivateData(String namespace, String collection, String key) {
    writes.put("purge:" + namespace + "/" + collection + "/" + key, Optional.empty());
  }

  @Override
  public void setPrivateDataMetadata(
      String namespace, String collection, String key, Map<String, ByteString> entries) {
    metadata.put(namespace + "/" + collection + "/" + key, entries);
  }

  @Override
  public SimulationResults results() {
    return new SimulationResults(ByteString.EMPTY, Optional.empty(), Set.of(), Set.of());
  }

  @Override
  public void close() {}
}
