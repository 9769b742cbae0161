package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.SimulationResults.WrittenKeys;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.jspecify.annotations.Nullable;

/// Simulates a transaction on a view of the state (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/txmgr/tx_simulator.go, with its rules of what excludes what). Beyond
/// that, a transaction writes no more than fits into a message, so that a chaincode which writes
/// without end costs nobody the process. Used by one thread at a time.
final class RecordingSimulator implements TransactionSimulator {
  /// No message is larger, so no transaction could be sent that writes more.
  private static final long MAX_WRITTEN_BYTES = 100L * 1024 * 1024;

  private final String txId;
  private final StateQueryExecutor.View view;
  private final RwSetBuilder recorder = new RwSetBuilder();
  private final StateQueryExecutor reads;
  private final Set<WrittenKeys> writtenKeys = new HashSet<>();
  private long writtenBytes;
  private boolean writePerformed;
  private boolean privateQueryPerformed;
  private boolean pagedQueryPerformed;
  private boolean ended;

  RecordingSimulator(String txId, StateQueryExecutor.View view) {
    this.txId = txId;
    this.view = view;
    this.reads = new StateQueryExecutor(view, recorder, true, this);
  }

  @Override
  public void setState(String namespace, String key, ByteString value) throws SimulationException {
    beforeWrite(key, value.size());
    view.checkWrite(key, value);
    recorder.write(namespace, key, value);
    noteWritten(namespace, key);
  }

  @Override
  public void deleteState(String namespace, String key) throws SimulationException {
    setState(namespace, key, ByteString.EMPTY);
  }

  @Override
  public void setStateMetadata(String namespace, String key, Map<String, ByteString> metadata)
      throws SimulationException {
    beforeWrite(key, size(metadata));
    recorder.writeMetadata(namespace, key, metadata);
    noteWritten(namespace, key);
  }

  @Override
  public void setPrivateData(String namespace, String collection, String key, ByteString value)
      throws SimulationException {
    writePrivate(namespace, collection, key, value, false);
  }

  @Override
  public void deletePrivateData(String namespace, String collection, String key)
      throws SimulationException {
    writePrivate(namespace, collection, key, ByteString.EMPTY, false);
  }

  @Override
  public void purgePrivateData(String namespace, String collection, String key)
      throws SimulationException {
    writePrivate(namespace, collection, key, ByteString.EMPTY, true);
  }

  private void writePrivate(
      String namespace, String collection, String key, ByteString value, boolean purge)
      throws SimulationException {
    CollectionName name = reads.check(namespace, collection);
    beforeWrite(key, value.size());
    view.checkWrite(key, value);
    recorder.writePrivate(name, key, value, purge);
    noteWrittenHash(name, key);
  }

  @Override
  public void setPrivateDataMetadata(
      String namespace, String collection, String key, Map<String, ByteString> metadata)
      throws SimulationException {
    CollectionName name = reads.check(namespace, collection);
    beforeWrite(key, size(metadata));
    recorder.writePrivateMetadata(name, key, metadata);
    noteWrittenHash(name, key);
  }

  private void noteWritten(String namespace, String key) throws SimulationException {
    note(namespace, "", view.state().get(namespace, ByteString.copyFromUtf8(key)));
  }

  private void noteWrittenHash(CollectionName name, String key) throws SimulationException {
    note(name.namespace(), name.collection(), view.hashedValue(name, KeyHash.of(key)));
  }

  private void note(String namespace, String collection, @Nullable VersionedValue committed)
      throws SimulationException {
    ByteString parameter = Metadata.of(committed).get(Metadata.VALIDATION_PARAMETER);
    writtenKeys.add(new WrittenKeys(namespace, collection, Optional.ofNullable(parameter)));
  }

  @Override
  public SimulationResults results() throws SimulationException {
    checkRunning();
    ended = true;
    Optional<TxPvtReadWriteSet> privateSet = recorder.buildPrivate();
    return new SimulationResults(
        recorder.buildPublic().toByteString(), privateSet, writtenKeys, recorder.privateReads());
  }

  private void checkRunning() throws SimulationException {
    if (ended) {
      throw new SimulationException(
          "this function should only be called once on a transaction simulator instance");
    }
  }

  private static long size(Map<String, ByteString> metadata) {
    long size = 0;
    for (Map.Entry<String, ByteString> entry : metadata.entrySet()) {
      size += entry.getKey().length() + entry.getValue().size();
    }
    return size;
  }

  private void beforeWrite(String key, long valueBytes) throws SimulationException {
    checkRunning();
    reads.checkOpen();
    if (privateQueryPerformed) {
      throw unsupported(
          "Transaction has already performed queries on pvt data. Writes are not allowed");
    }
    if (pagedQueryPerformed) {
      throw unsupported(
          "Transaction has already performed a paginated query. Writes are not allowed");
    }
    writtenBytes += key.length() + valueBytes;
    if (writtenBytes > MAX_WRITTEN_BYTES) {
      throw new SimulationException(
          "txid [%s]: the transaction writes more than %d bytes; write less, or in several"
                  .formatted(txId, MAX_WRITTEN_BYTES)
              + " transactions");
    }
    writePerformed = true;
  }

  private void beforePrivateQuery() throws SimulationException {
    checkRunning();
    if (writePerformed) {
      throw unsupported("Queries on pvt data is supported only in a read-only transaction");
    }
    privateQueryPerformed = true;
  }

  private void beforePagedQuery() throws SimulationException {
    checkRunning();
    if (writePerformed) {
      throw unsupported("Paginated queries are supported only in a read-only transaction");
    }
    pagedQueryPerformed = true;
  }

  private SimulationException unsupported(String why) {
    return new SimulationException("txid [%s]: unsuppored transaction. %s".formatted(txId, why));
  }

  @Override
  public Optional<ByteString> state(String namespace, String key) throws SimulationException {
    checkRunning();
    return reads.state(namespace, key);
  }

  @Override
  public List<Optional<ByteString>> states(String namespace, List<String> keys)
      throws SimulationException {
    checkRunning();
    return reads.states(namespace, keys);
  }

  @Override
  public Map<String, ByteString> stateMetadata(String namespace, String key)
      throws SimulationException {
    checkRunning();
    return reads.stateMetadata(namespace, key);
  }

  @Override
  public Results<KV> stateRange(String namespace, String startKey, String endKey)
      throws SimulationException {
    checkRunning();
    return reads.stateRange(namespace, startKey, endKey);
  }

  @Override
  public PagedResults<KV> stateRangePage(
      String namespace, String startKey, String endKey, int pageSize, String bookmark)
      throws SimulationException {
    beforePagedQuery();
    return reads.stateRangePage(namespace, startKey, endKey, pageSize, bookmark);
  }

  @Override
  public Results<KV> query(String namespace, String query) throws SimulationException {
    checkRunning();
    return reads.query(namespace, query);
  }

  @Override
  public PagedResults<KV> queryPage(String namespace, String query, int pageSize, String bookmark)
      throws SimulationException {
    beforePagedQuery();
    return reads.queryPage(namespace, query, pageSize, bookmark);
  }

  @Override
  public Optional<ByteString> privateData(String namespace, String collection, String key)
      throws SimulationException {
    checkRunning();
    return reads.privateData(namespace, collection, key);
  }

  @Override
  public List<Optional<ByteString>> privateData(
      String namespace, String collection, List<String> keys) throws SimulationException {
    checkRunning();
    return reads.privateData(namespace, collection, keys);
  }

  @Override
  public Optional<ByteString> privateDataHash(String namespace, String collection, String key)
      throws SimulationException {
    checkRunning();
    return reads.privateDataHash(namespace, collection, key);
  }

  @Override
  public Map<String, ByteString> privateDataMetadata(
      String namespace, String collection, String key) throws SimulationException {
    checkRunning();
    return reads.privateDataMetadata(namespace, collection, key);
  }

  @Override
  public Map<String, ByteString> privateDataMetadataByHash(
      String namespace, String collection, ByteString keyHash) throws SimulationException {
    checkRunning();
    return reads.privateDataMetadataByHash(namespace, collection, keyHash);
  }

  @Override
  public Results<KV> privateDataRange(
      String namespace, String collection, String startKey, String endKey)
      throws SimulationException {
    beforePrivateQuery();
    return reads.privateDataRange(namespace, collection, startKey, endKey);
  }

  @Override
  public Results<KV> queryPrivateData(String namespace, String collection, String query)
      throws SimulationException {
    beforePrivateQuery();
    return reads.queryPrivateData(namespace, collection, query);
  }

  @Override
  public Results<KeyModification> history(String namespace, String key) throws SimulationException {
    checkRunning();
    return reads.history(namespace, key);
  }

  @Override
  public void close() {
    reads.close();
  }
}
