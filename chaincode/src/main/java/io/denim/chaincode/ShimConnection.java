package io.denim.chaincode;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.OutboundStream;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.peer.ChaincodeAdditionalParams;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The peer's end of a stream to a chaincode's process, whichever side dialled (fabric v3.1.5
/// core/chaincode/handler.go). `received` and `ended` are called by one thread at a time, the
/// stream's reader, which never waits for a transaction; {@link #execute} by any thread, which then
/// does its transaction's work.
///
/// A message that makes no sense ends the stream, and with it the transactions it carries, nothing
/// else. Answers that nobody waits for any more are dropped; too many in a row end the stream.
final class ShimConnection {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode");
  private static final Duration HANDSHAKE_PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_STRAYS = 10_000;

  private final OutboundStream<ChaincodeMessage> out;
  private final ShimRegistry registry;
  private final Terms terms;
  private final Credential credential;
  private final ConcurrentHashMap<TransactionKey, TransactionContext> transactions =
      new ConcurrentHashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile State state = State.CREATED;
  private volatile String packageId = "";
  private int strays; // the reader's

  private enum State {
    CREATED,
    READY,
    ENDED
  }

  private record TransactionKey(String channelId, String txId) {}

  /// What every connection of a peer has in common.
  record Terms(ChaincodeSettings settings, ShimRequests requests, ChaincodeMetrics metrics) {}

  /// Tells whether a package id belongs to who is at the other end.
  interface Credential {
    /// Why not, empty if it does.
    Optional<String> refusal(String packageId);
  }

  ShimConnection(
      OutboundStream<ChaincodeMessage> out,
      ShimRegistry registry,
      Terms terms,
      Credential credential) {
    this.out = out;
    this.registry = registry;
    this.terms = terms;
    this.credential = credential;
  }

  boolean isReady() {
    return state == State.READY;
  }

  String packageId() {
    return packageId;
  }

  /// Takes the next message from the chaincode.
  void received(ChaincodeMessage message) {
    if (message.getType() == ChaincodeMessage.Type.KEEPALIVE || state == State.ENDED) {
      return;
    }
    if (state == State.CREATED) {
      if (message.getType() == ChaincodeMessage.Type.REGISTER) {
        register(message);
      } else {
        endWith(cannotHandle(message, "created"));
      }
      return;
    }
    ChaincodeMessage.Type type = message.getType();
    if (type == ChaincodeMessage.Type.COMPLETED || type == ChaincodeMessage.Type.ERROR) {
      TransactionContext context = transactions.get(key(message));
      if (context == null || !context.complete(message)) {
        stray(message);
      } else {
        strays = 0;
      }
    } else if (ShimRequests.isRequest(type)) {
      request(message);
    } else {
      endWith(cannotHandle(message, "ready"));
    }
  }

  /// The chaincode has nothing more to say: the stream ends in good order.
  void completed() {
    out.complete();
    ended();
  }

  /// The stream has ended, from whatever side: what waits for it fails.
  void ended() {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    out.close();
    registry.deregister(this);
    transactions.values().forEach(TransactionContext::streamEnded);
    ended.countDown();
  }

  /// Ends the stream from this side.
  void endWith(String reason) {
    LOG.error("[{}] ending chaincode stream: {}", packageId, reason);
    out.fail(Status.UNKNOWN.withDescription(reason));
    ended();
  }

  /// Ends the stream because the peer stops.
  void close() {
    out.fail(Status.UNAVAILABLE.withDescription("the peer is shutting down"));
    ended();
  }

  /// Waits until the stream has ended.
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /// Executes a transaction and returns the chaincode's COMPLETED or ERROR message.
  ///
  /// @throws InvocationException if none came
  ChaincodeMessage execute(ChaincodeMessage start, TransactionContext context)
      throws InvocationException {
    TransactionKey key = key(start);
    if (transactions.putIfAbsent(key, context) != null) {
      throw new InvocationException("txid: " + key.txId + "(" + key.channelId + ") exists");
    }
    try (context) {
      if (state == State.ENDED) {
        throw terminated();
      }
      send(start, context.deadline);
      return serve(context);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvocationException("interrupted while executing transaction", e);
    } finally {
      transactions.remove(key, context);
    }
  }

  private ChaincodeMessage serve(TransactionContext context)
      throws InvocationException, InterruptedException {
    while (true) {
      switch (context.await()) {
        case TransactionContext.Event.Request(ChaincodeMessage request) -> {
          ChaincodeMessage answer = answer(request, context);
          context.requestAnswered();
          send(answer, context.deadline);
        }
        case TransactionContext.Event.Completed(ChaincodeMessage message) -> {
          return message;
        }
        case TransactionContext.Event.StreamEnded() -> throw terminated();
        case TransactionContext.Event.TimedOut() -> throw timedOut();
      }
    }
  }

  private ChaincodeMessage answer(ChaincodeMessage request, TransactionContext context) {
    long start = System.nanoTime();
    ChaincodeMetrics.Requests counted =
        terms.metrics().requests(request.getType().name(), context.channelId(), packageId);
    counted.received().increment();
    ChaincodeMessage answer = terms.requests().answer(request, context);
    counted.completed(answer.getType() == ChaincodeMessage.Type.RESPONSE, start);
    return answer;
  }

  private void send(ChaincodeMessage message, Deadline deadline)
      throws InvocationException, InterruptedException {
    switch (out.send(message, deadline.patience())) {
      case YES -> {}
      case CLOSED -> throw terminated();
      case TIMED_OUT -> throw timedOut();
    }
  }

  private InvocationException timedOut() {
    terms.metrics().executionTimedOut(packageId);
    return new InvocationException("timeout expired while executing transaction");
  }

  private static InvocationException terminated() {
    return new InvocationException("chaincode stream terminated");
  }

  private void request(ChaincodeMessage message) {
    TransactionContext context = transactions.get(key(message));
    if (context == null) {
      stray(message);
      String reason =
          message.getType() == ChaincodeMessage.Type.INVOKE_CHAINCODE
              ? "could not get valid transaction"
              : "no ledger context";
      offer(ShimRequests.failure(message, reason));
    } else if (context.request(message)) {
      strays = 0;
    } else {
      stray(message);
      LOG.error(
          "[{}] Another request pending for this CC: {}, Txid: {}, ChannelID: {}. Cannot process.",
          ShimRequests.shortTxId(message),
          packageId,
          message.getTxid(),
          message.getChannelId());
    }
  }

  /// Counts messages that belong to no transaction under way.
  private void stray(ChaincodeMessage message) {
    LOG.debug(
        "notifier Txid:{}, channelID:{} does not exist for handling message {}",
        message.getTxid(),
        message.getChannelId(),
        message.getType());
    if (++strays > MAX_STRAYS) {
      endWith("received " + strays + " messages in a row that belong to no transaction");
    }
  }

  /// Sends only if there is room now: the reader does not wait.
  private void offer(ChaincodeMessage message) {
    try {
      out.send(message, Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void register(ChaincodeMessage message) {
    String name;
    try {
      name = ChaincodeID.parseFrom(message.getPayload()).getName();
    } catch (InvalidProtocolBufferException e) {
      endWith("could not unmarshal registration info: " + e.getMessage());
      return;
    }
    if (name.isEmpty()) {
      endWith("error in handling register chaincode, chaincodeID name is empty");
      return;
    }
    Optional<String> refusal = credential.refusal(name);
    if (refusal.isEmpty()) {
      packageId = name;
      refusal = registry.register(this);
    }
    if (refusal.isPresent()) {
      packageId = "";
      endWith(refusal.get());
      return;
    }
    if (shakeHands()) {
      state = State.READY;
      registry.ready(this);
      LOG.info("Chaincode {} registered and is ready", packageId);
      startKeepalive();
    } else {
      endWith("error sending REGISTERED or READY");
    }
  }

  private boolean shakeHands() {
    ChaincodeSettings.Batches batches = terms.settings().batches();
    ChaincodeMessage ready =
        ChaincodeMessage.newBuilder()
            .setType(ChaincodeMessage.Type.READY)
            .setPayload(
                ChaincodeAdditionalParams.newBuilder()
                    .setUseWriteBatch(batches.writes())
                    .setMaxSizeWriteBatch(batches.maxWrites())
                    .setUseGetMultipleKeys(batches.reads())
                    .setMaxSizeGetMultipleKeys(batches.maxReads())
                    .build()
                    .toByteString())
            .build();
    ChaincodeMessage registered =
        ChaincodeMessage.newBuilder().setType(ChaincodeMessage.Type.REGISTERED).build();
    try {
      return out.send(registered, HANDSHAKE_PATIENCE) == OutboundStream.Sent.YES
          && out.send(ready, HANDSHAKE_PATIENCE) == OutboundStream.Sent.YES;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void startKeepalive() {
    Optional<Duration> interval = terms.settings().keepalive();
    if (interval.isEmpty()) {
      return;
    }
    ChaincodeMessage ping =
        ChaincodeMessage.newBuilder().setType(ChaincodeMessage.Type.KEEPALIVE).build();
    Thread.ofVirtual()
        .name("chaincode-keepalive")
        .start(() -> {
          try {
            while (!ended.await(interval.get().toNanos(), TimeUnit.NANOSECONDS)) {
              offer(ping);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static TransactionKey key(ChaincodeMessage message) {
    return new TransactionKey(message.getChannelId(), message.getTxid());
  }

  private static String cannotHandle(ChaincodeMessage message, String state) {
    return "error handling message, ending stream: ["
        + message.getTxid()
        + "] Fabric side handler cannot handle message ("
        + message.getType()
        + ") while in "
        + state
        + " state";
  }
}
