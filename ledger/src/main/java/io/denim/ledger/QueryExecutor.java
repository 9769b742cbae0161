package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;

/// Reads of a channel's world state at one height (fabric v3.1.5 core/ledger/ledger_interface.go).
/// The height does not move while the executor is open, and commits do not wait for it. Used by one
/// thread at a time.
///
/// Empty values do not exist: an absent key and an empty value are both `Optional.empty()`.
public interface QueryExecutor extends AutoCloseable {
  Optional<ByteString> state(String namespace, String key) throws SimulationException;

  /// One answer for each key, in order; read in one go.
  List<Optional<ByteString>> states(String namespace, List<String> keys) throws SimulationException;

  /// A key's metadata by name, empty where it has none.
  Map<String, ByteString> stateMetadata(String namespace, String key) throws SimulationException;

  /// Keys from start (inclusive) to end (exclusive; empty: no end) in byte order.
  Results<KV> stateRange(String namespace, String startKey, String endKey)
      throws SimulationException;

  /// One page of a range.
  ///
  /// @param pageSize how many keys at the most; 0 or less is no bound
  /// @param bookmark replaces the start key unless it is empty
  PagedResults<KV> stateRangePage(
      String namespace, String startKey, String endKey, int pageSize, String bookmark)
      throws SimulationException;

  /// A rich query in the state database's own language (Mango selectors).
  Results<KV> query(String namespace, String query) throws SimulationException;

  PagedResults<KV> queryPage(String namespace, String query, int pageSize, String bookmark)
      throws SimulationException;

  /// Clear private data; an error if this peer holds only its hash at this height.
  Optional<ByteString> privateData(String namespace, String collection, String key)
      throws SimulationException;

  /// One answer for each key, in order; read in one go.
  List<Optional<ByteString>> privateData(String namespace, String collection, List<String> keys)
      throws SimulationException;

  /// The hash of a private value, known to members and non-members alike.
  Optional<ByteString> privateDataHash(String namespace, String collection, String key)
      throws SimulationException;

  Map<String, ByteString> privateDataMetadata(String namespace, String collection, String key)
      throws SimulationException;

  Map<String, ByteString> privateDataMetadataByHash(
      String namespace, String collection, ByteString keyHash) throws SimulationException;

  Results<KV> privateDataRange(String namespace, String collection, String startKey, String endKey)
      throws SimulationException;

  Results<KV> queryPrivateData(String namespace, String collection, String query)
      throws SimulationException;

  /// All values a key had, newest first.
  ///
  /// @throws SimulationException if this peer keeps no history database
  Results<KeyModification> history(String namespace, String key) throws SimulationException;

  @Override
  void close();

  /// A lazily read sequence of results; must be closed.
  interface Results<T> extends AutoCloseable {
    /// The next result, empty at the end.
    Optional<T> next() throws SimulationException;

    @Override
    void close();
  }

  /// Results that end with a page.
  interface PagedResults<T> extends Results<T> {
    /// Where the next page begins, empty where there is none. It is final once the results are read
    /// to their end or closed.
    String bookmark();
  }
}
