package io.denim.chaincode;

import io.denim.ledger.QueryExecutor.Results;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.jspecify.annotations.Nullable;

/// One transaction while one chaincode executes it. The stream's reader puts the chaincode's
/// messages in; the thread that executes the transaction takes them out and is the only one to
/// touch the simulator and the open queries (fabric v3.1.5 core/chaincode/transaction_context.go
/// has locks for that).
///
/// At most one request is under way, as in Fabric, so the queue never holds more than a request,
/// the completion and the stream's end.
final class TransactionContext implements AutoCloseable {
  private static final int MAX_OPEN_QUERIES = 1_000;

  final ChaincodeInvocation invocation;
  final TransactionSimulator simulator;
  final boolean init;
  final Deadline deadline;

  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(4);
  private final AtomicBoolean requestUnderWay = new AtomicBoolean();
  private final AtomicBoolean completed = new AtomicBoolean();
  private final Map<String, OpenQuery> queries = new HashMap<>();
  private final Map<String, CollectionPermissions.Permission> permissions = new HashMap<>();
  private int queriesOpened;

  /// What can happen to a transaction that executes.
  sealed interface Event {
    /// The chaincode wants something of the peer.
    record Request(ChaincodeMessage message) implements Event {}

    /// The chaincode is done.
    record Completed(ChaincodeMessage message) implements Event {}

    /// There will be no more messages.
    record StreamEnded() implements Event {}

    record TimedOut() implements Event {}
  }

  TransactionContext(
      ChaincodeInvocation invocation,
      TransactionSimulator simulator,
      boolean init,
      Deadline deadline) {
    this.invocation = invocation;
    this.simulator = simulator;
    this.init = init;
    this.deadline = deadline;
  }

  String channelId() {
    return invocation.channelId();
  }

  String txId() {
    return invocation.txId();
  }

  /// The chaincode's namespace in the state.
  String namespace() {
    return invocation.chaincode();
  }

  /// Takes a request from the stream's reader; false if another one is not answered yet.
  boolean request(ChaincodeMessage message) {
    return !completed.get()
        && requestUnderWay.compareAndSet(false, true)
        && events.offer(new Event.Request(message));
  }

  /// The present request is answered: the next may come.
  void requestAnswered() {
    requestUnderWay.set(false);
  }

  /// Takes the completion; only the first counts.
  boolean complete(ChaincodeMessage message) {
    return completed.compareAndSet(false, true) && events.offer(new Event.Completed(message));
  }

  void streamEnded() {
    events.add(new Event.StreamEnded());
  }

  /// The next event, waiting until the deadline.
  Event await() throws InterruptedException {
    Event event = events.poll(Math.max(0, deadline.left()), TimeUnit.NANOSECONDS);
    if (event instanceof Event.Completed) {
      return event; // it came in time
    }
    return event == null || deadline.left() <= 0 ? new Event.TimedOut() : event;
  }

  /// Keeps a query's results until they are read to the end or closed.
  ///
  /// @throws SimulationException if too many are open
  OpenQuery open(Results<?> results, boolean paged) throws SimulationException {
    if (queries.size() >= MAX_OPEN_QUERIES) {
      results.close();
      throw new SimulationException(
          "transaction has " + MAX_OPEN_QUERIES + " open queries, no more are allowed");
    }
    OpenQuery query = new OpenQuery(Integer.toString(++queriesOpened), results, paged);
    queries.put(query.id, query);
    return query;
  }

  @Nullable OpenQuery query(String id) {
    return queries.get(id);
  }

  void close(OpenQuery query) {
    queries.remove(query.id);
    query.results.close();
  }

  CollectionPermissions.@Nullable Permission knownPermission(String collection) {
    return permissions.get(collection);
  }

  void remember(String collection, CollectionPermissions.Permission permission) {
    permissions.put(collection, permission);
  }

  /// Closes what the chaincode left open.
  @Override
  public void close() {
    queries.values().forEach(query -> query.results.close());
    queries.clear();
  }
}
