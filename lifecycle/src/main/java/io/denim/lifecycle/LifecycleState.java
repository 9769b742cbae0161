package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;

/// Keys and values of the lifecycle: public ones, or those of one organization's implicit
/// collection (fabric v3.1.5 core/chaincode/lifecycle/ledger_shim.go). Used by the thread of its
/// executor.
interface LifecycleState {
  /// The chaincode and its namespace.
  String NAMESPACE = "_lifecycle";

  Optional<ByteString> get(String key) throws SimulationException;

  /// All values whose keys start so.
  Map<String, ByteString> startingWith(String prefix) throws SimulationException;

  /// Values and deletes for a transaction.
  interface Writable extends LifecycleState {
    void put(String key, ByteString value) throws SimulationException;

    void delete(String key) throws SimulationException;
  }

  /// What all channel members see of an organization's collection.
  interface Hashed {
    Optional<ByteString> hash(String key) throws SimulationException;
  }

  /// The public definitions.
  static LifecycleState of(QueryExecutor state) {
    return new LifecycleState() {
      @Override
      public Optional<ByteString> get(String key) throws SimulationException {
        return state.state(NAMESPACE, key);
      }

      @Override
      public Map<String, ByteString> startingWith(String prefix) throws SimulationException {
        return all(state.stateRange(NAMESPACE, prefix, prefix + "\u007f"));
      }
    };
  }

  /// The public definitions, to be written.
  static Writable of(TransactionSimulator simulator) {
    return new Writable() {
      @Override
      public Optional<ByteString> get(String key) throws SimulationException {
        return simulator.state(NAMESPACE, key);
      }

      @Override
      public Map<String, ByteString> startingWith(String prefix) throws SimulationException {
        return all(simulator.stateRange(NAMESPACE, prefix, prefix + "\u007f"));
      }

      @Override
      public void put(String key, ByteString value) throws SimulationException {
        simulator.setState(NAMESPACE, key, value);
      }

      @Override
      public void delete(String key) throws SimulationException {
        simulator.deleteState(NAMESPACE, key);
      }
    };
  }

  /// An organization's approvals, as its own peers see them.
  static Writable ofOrganization(TransactionSimulator simulator, String mspId) {
    String collection = ImplicitCollections.nameFor(mspId);
    return new Writable() {
      @Override
      public Optional<ByteString> get(String key) throws SimulationException {
        return simulator.privateData(NAMESPACE, collection, key);
      }

      @Override
      public Map<String, ByteString> startingWith(String prefix) throws SimulationException {
        return all(simulator.privateDataRange(NAMESPACE, collection, prefix, prefix + "\u007f"));
      }

      @Override
      public void put(String key, ByteString value) throws SimulationException {
        simulator.setPrivateData(NAMESPACE, collection, key, value);
      }

      @Override
      public void delete(String key) throws SimulationException {
        simulator.deletePrivateData(NAMESPACE, collection, key);
      }
    };
  }

  /// An organization's approvals, as everybody sees them.
  static Hashed hashedOf(QueryExecutor state, String mspId) {
    String collection = ImplicitCollections.nameFor(mspId);
    return key -> state.privateDataHash(NAMESPACE, collection, key);
  }

  private static Map<String, ByteString> all(QueryExecutor.Results<KV> results)
      throws SimulationException {
    try (results) {
      Map<String, ByteString> values = new TreeMap<>();
      for (Optional<KV> next = results.next(); next.isPresent(); next = results.next()) {
        values.put(next.get().getKey(), next.get().getValue());
      }
      return values;
    }
  }
}
