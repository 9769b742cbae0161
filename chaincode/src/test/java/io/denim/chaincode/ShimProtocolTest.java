package io.denim.chaincode;

import static io.denim.chaincode.ChaincodeTesting.invocation;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.denim.wire.GrpcClient;
import io.denim.wire.GrpcServer;
import io.grpc.ManagedChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.peer.ChaincodeAdditionalParams;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage.Type;
import org.hyperledger.fabric.protos.peer.ChaincodeSpec;
import org.hyperledger.fabric.protos.peer.DelState;
import org.hyperledger.fabric.protos.peer.GetState;
import org.hyperledger.fabric.protos.peer.GetStateByRange;
import org.hyperledger.fabric.protos.peer.GetStateMultiple;
import org.hyperledger.fabric.protos.peer.GetStateMultipleResult;
import org.hyperledger.fabric.protos.peer.PutState;
import org.hyperledger.fabric.protos.peer.PutStateMetadata;
import org.hyperledger.fabric.protos.peer.QueryMetadata;
import org.hyperledger.fabric.protos.peer.QueryResponse;
import org.hyperledger.fabric.protos.peer.QueryResponseMetadata;
import org.hyperledger.fabric.protos.peer.QueryStateNext;
import org.hyperledger.fabric.protos.peer.StateMetadata;
import org.hyperledger.fabric.protos.peer.WriteBatchState;
import org.hyperledger.fabric.protos.peer.WriteRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The peer's side of the shim protocol against chaincodes that behave, and some that do not.
@Timeout(60)
class ShimProtocolTest {
  private final ChaincodeTesting ports =
      new ChaincodeTesting().define("kv", "kv:1").define("other", "other:1");
  private final MemorySimulator ledger = new MemorySimulator();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ChaincodeRuntime runtime;
  private GrpcServer server;
  private ManagedChannel channel;

  @BeforeEach
  void startPeer() throws Exception {
    startPeer(Duration.ofSeconds(20), Optional.empty());
  }

  private void startPeer(Duration executeTimeout, Optional<Duration> keepalive) throws Exception {
    ChaincodeSettings defaults = ChaincodeSettings.defaults();
    ChaincodeSettings settings =
        new ChaincodeSettings(
            executeTimeout,
            Duration.ofSeconds(5),
            Duration.ofMillis(300),
            keepalive,
            1_000,
            defaults.batches(),
            true);
    runtime = new ChaincodeRuntime(settings, ports.ports(new Echo()), new NothingToStart());
    server =
        GrpcServer.start(
            GrpcServer.Settings.of(new InetSocketAddress("127.0.0.1", 0), Optional.empty()),
            List.of(runtime.registrationService(Optional.empty())),
            List.of());
    channel = GrpcClient.channel("127.0.0.1:" + server.port(), Optional.empty());
  }

  @AfterEach
  void stopAll() {
    stopPeer();
    threads.shutdownNow();
  }

  private void stopPeer() {
    channel.shutdownNow();
    runtime.close();
    server.close();
  }

  @Test
  void readyOffersBatches() throws Exception {
    ScriptedShim shim = new ScriptedShim(channel);
    shim.send(Type.REGISTER, "", ChaincodeID.newBuilder().setName("kv:1").build());
    shim.expect(Type.REGISTERED);
    ChaincodeAdditionalParams offer =
        ChaincodeAdditionalParams.parseFrom(shim.expect(Type.READY).getPayload());
    assertThat(offer.getUseWriteBatch()).isTrue();
    assertThat(offer.getMaxSizeWriteBatch()).isEqualTo(1000);
    assertThat(offer.getUseGetMultipleKeys()).isTrue();
    assertThat(offer.getMaxSizeGetMultipleKeys()).isEqualTo(1000);
  }

  @Test
  void keysAreReadAndWritten() throws Exception {
    ledger.with("kv/a", "1").with("kv/b", "2");
    ScriptedShim shim = new ScriptedShim(channel).register("kv:1");
    Future<ChaincodeOutcome> outcome = execute("t1", "kv", "go");
    ChaincodeMessage start = shim.expect(Type.TRANSACTION);
    assertThat(start.getTxid()).isEqualTo("t1");
    assertThat(start.getChannelId()).isEqualTo("ch");
    assertThat(start.hasProposal()).isTrue();

    assertThat(shim.ask(Type.GET_STATE, "t1", get("a")).getPayload().toStringUtf8()).isEqualTo("1");
    assertThat(shim.ask(Type.GET_STATE, "t1", get("none")).getPayload()).isEmpty();
    assertThat(
            GetStateMultipleResult.parseFrom(
                    shim.ask(
                            Type.GET_STATE_MULTIPLE,
                            "t1",
                            GetStateMultiple.newBuilder().addKeys("b").addKeys("x").build())
                        .getPayload())
                .getValuesList())
        .containsExactly(utf8("2"), ByteString.EMPTY);
    assertThat(shim.ask(Type.PUT_STATE, "t1", put("c", "3")).getType()).isEqualTo(Type.RESPONSE);
    shim.ask(Type.DEL_STATE, "t1", DelState.newBuilder().setKey("a").build());
    shim.ask(
        Type.WRITE_BATCH_STATE,
        "t1",
        WriteBatchState.newBuilder()
            .addRec(record(WriteRecord.Type.PUT_STATE, "d", "").setValue(utf8("4")))
            .addRec(record(WriteRecord.Type.DEL_STATE, "b", ""))
            .addRec(record(WriteRecord.Type.PURGE_PRIVATE_DATA, "p", "coll"))
            .addRec(
                record(WriteRecord.Type.PUT_STATE_METADATA, "d", "")
                    .setMetadata(
                        StateMetadata.newBuilder().setMetakey("m").setValue(utf8("policy"))))
            .build());
    shim.sendRaw(
        ChaincodeMessage.newBuilder()
            .setType(Type.COMPLETED)
            .setTxid("t1")
            .setChannelId("ch")
            .setPayload(
                org.hyperledger.fabric.protos.peer.Response.newBuilder()
                    .setStatus(200)
                    .build()
                    .toByteString())
            .setChaincodeEvent(ChaincodeEvent.newBuilder().setEventName("done"))
            .build());

    ChaincodeOutcome.Responded responded = (ChaincodeOutcome.Responded) outcome.get();
    assertThat(responded.response().getStatus()).isEqualTo(200);
    assertThat(responded.event())
        .hasValue(
            ChaincodeEvent.newBuilder()
                .setEventName("done")
                .setChaincodeId("kv")
                .setTxId("t1")
                .build());
    assertThat(ledger.writes).hasSize(5);
    assertThat(ledger.written("kv/c")).isEqualTo("3");
    assertThat(ledger.written("kv/d")).isEqualTo("4");
    assertThat(ledger.written("kv/a")).isEqualTo("(deleted)");
    assertThat(ledger.metadata.get("kv/d")).containsEntry("m", utf8("policy"));
  }

  @Test
  void rangesComeByTheHundredAndPagesWhole() throws Exception {
    for (int i = 0; i < 250; i++) {
      ledger.with("kv/k%03d".formatted(i), "v");
    }
    ScriptedShim shim = new ScriptedShim(channel).register("kv:1");
    Future<ChaincodeOutcome> outcome = execute("t1", "kv");
    shim.expect(Type.TRANSACTION);
    GetStateByRange all = GetStateByRange.newBuilder().setStartKey("k").build();
    QueryResponse first = query(shim.ask(Type.GET_STATE_BY_RANGE, "t1", all));
    assertThat(first.getResultsCount()).isEqualTo(100);
    assertThat(first.getHasMore()).isTrue();
    QueryStateNext more = QueryStateNext.newBuilder().setId(first.getId()).build();
    assertThat(query(shim.ask(Type.QUERY_STATE_NEXT, "t1", more)).getHasMore()).isTrue();
    QueryResponse last = query(shim.ask(Type.QUERY_STATE_NEXT, "t1", more));
    assertThat(last.getResultsCount()).isEqualTo(50);
    assertThat(last.getHasMore()).isFalse();
    assertThat(shim.ask(Type.QUERY_STATE_NEXT, "t1", more).getPayload().toStringUtf8())
        .isEqualTo("QUERY_STATE_NEXT failed: transaction ID: t1: query iterator not found");

    GetStateByRange page =
        GetStateByRange.newBuilder()
            .setStartKey("k")
            .setMetadata(QueryMetadata.newBuilder().setPageSize(120).build().toByteString())
            .build();
    QueryResponse paged = query(shim.ask(Type.GET_STATE_BY_RANGE, "t1", page));
    assertThat(paged.getResultsCount()).isEqualTo(120);
    assertThat(QueryResponseMetadata.parseFrom(paged.getMetadata()))
        .isEqualTo(
            QueryResponseMetadata.newBuilder()
                .setFetchedRecordsCount(120)
                .setBookmark("k120")
                .build());
    query(shim.ask(Type.GET_STATE_BY_RANGE, "t1", all)); // left open
    shim.complete("t1", 200, "");
    assertThat(outcome.get()).isInstanceOf(ChaincodeOutcome.Responded.class);
    assertThat(ledger.open).isZero();
  }

  @Test
  void largeResultsComeInSmallerBatchesAndNoPageOutgrowsAMessage() throws Exception {
    String large = "v".repeat(3 << 20);
    for (int i = 0; i < 25; i++) {
      ledger.with("kv/k%03d".formatted(i), large);
    }
    ScriptedShim shim = new ScriptedShim(channel).register("kv:1");
    Future<ChaincodeOutcome> outcome = execute("t1", "kv");
    shim.expect(Type.TRANSACTION);
    GetStateByRange all = GetStateByRange.newBuilder().setStartKey("k").build();
    QueryResponse first = query(shim.ask(Type.GET_STATE_BY_RANGE, "t1", all));
    assertThat(first.getResultsCount()).isEqualTo(3);
    assertThat(first.getHasMore()).isTrue();
    ByteString pageSize = QueryMetadata.newBuilder().setPageSize(25).build().toByteString();
    GetStateByRange page = all.toBuilder().setMetadata(pageSize).build();
    ChaincodeMessage refused = shim.ask(Type.GET_STATE_BY_RANGE, "t1", page);
    assertThat(refused.getType()).isEqualTo(Type.ERROR);
    assertThat(refused.getPayload().toStringUtf8())
        .contains("a page of 22 results is larger than 64 MiB");
    shim.complete("t1", 200, "");
    assertThat(outcome.get()).isInstanceOf(ChaincodeOutcome.Responded.class);
    assertThat(ledger.open).isZero();
  }

  @Test
  void refusalsReachTheChaincodeWithFabricsTexts() throws Exception {
    ports.permission = new CollectionPermissions.Permission(false, false);
    ScriptedShim shim = new ScriptedShim(channel).register("kv:1");
    Future<ChaincodeOutcome> outcome = execute("t1", "kv");
    shim.expect(Type.TRANSACTION);
    GetState secret = GetState.newBuilder().setCollection("coll").setKey("a").build();
    assertThat(shim.ask(Type.GET_STATE, "t1", secret).getPayload().toStringUtf8())
        .isEqualTo(
            "GET_STATE failed: transaction ID: t1: tx creator does not have read access permission"
                + " on privatedata in chaincodeName:kv collectionName: coll");
    assertThat(shim.ask(Type.GET_PRIVATE_DATA_HASH, "t1", secret).getType())
        .isEqualTo(Type.RESPONSE);
    assertThat(shim.ask(Type.PUT_STATE, "t1", put("", "x")).getPayload().toStringUtf8())
        .isEqualTo("PUT_STATE failed: transaction ID: t1: key must not be empty");
    ChaincodeMessage malformed =
        shim.ask(Type.PUT_STATE_METADATA, "t1", PutStateMetadata.newBuilder().build());
    assertThat(malformed.getType()).isEqualTo(Type.RESPONSE);
    assertThat(shim.ask(Type.GET_STATE, "elsewhere", get("a")).getPayload().toStringUtf8())
        .isEqualTo("GET_STATE failed: transaction ID: elsewhere: no ledger context");
    shim.send(
        Type.ERROR, "t1", com.google.protobuf.StringValue.of("")); // an ERROR ends the transaction
    assertThat(outcome.get()).isInstanceOf(ChaincodeOutcome.Failed.class);
  }

  @Test
  void aHangingChaincodeCostsItsTransactionOnly() throws Exception {
    stopPeer();
    startPeer(Duration.ofMillis(200), Optional.of(Duration.ofMillis(50)));
    ScriptedShim shim = new ScriptedShim(channel).register("kv:1");
    assertThat(execute("t1", "kv").get())
        .isEqualTo(
            new ChaincodeOutcome.Failed(
                "failed to execute transaction t1: error sending: timeout expired while executing"
                    + " transaction"));
    ChaincodeMessage started = shim.next();
    while (started.getType() == Type.KEEPALIVE) {
      started = shim.next();
    }
    assertThat(started.getTxid()).isEqualTo("t1");
    shim.expect(Type.KEEPALIVE);
    shim.complete("t1", 200, "too late");
    Future<ChaincodeOutcome> next = execute("t2", "kv");
    ChaincodeMessage message = shim.next();
    while (message.getType() == Type.KEEPALIVE) {
      message = shim.next();
    }
    shim.complete("t2", 200, "");
    assertThat(next.get()).isInstanceOf(ChaincodeOutcome.Responded.class);
  }

  @Test
  void aDyingChaincodeFailsItsTransactions() throws Exception {
    ScriptedShim shim = new ScriptedShim(channel).register("kv:1");
    ScriptedShim other = new ScriptedShim(channel).register("other:1");
    Future<ChaincodeOutcome> lost = execute("t1", "kv");
    Future<ChaincodeOutcome> kept = execute("t2", "other");
    shim.expect(Type.TRANSACTION);
    other.expect(Type.TRANSACTION);
    shim.die();
    assertThat(lost.get())
        .isEqualTo(
            new ChaincodeOutcome.Failed(
                "failed to execute transaction t1: error sending: chaincode stream terminated"));
    other.complete("t2", 200, "fine");
    assertThat(kept.get()).isInstanceOf(ChaincodeOutcome.Responded.class);

    new ScriptedShim(channel).register("kv:1"); // it may come back
  }

  @Test
  void nonsenseEndsTheStream() throws Exception {
    ScriptedShim early = new ScriptedShim(channel);
    early.send(Type.GET_STATE, "t1", get("a"));
    assertThat(early.endsSoon()).isTrue();

    ScriptedShim nameless = new ScriptedShim(channel);
    nameless.send(Type.REGISTER, "", ChaincodeID.getDefaultInstance());
    assertThat(nameless.endsSoon()).isTrue();

    ScriptedShim confused = new ScriptedShim(channel).register("kv:1");
    confused.send(Type.INIT, "t1", Empty.getDefaultInstance());
    assertThat(confused.endsSoon()).isTrue();

    ScriptedShim flooding = new ScriptedShim(channel).register("kv:1");
    for (int i = 0; i < 10_100; i++) {
      flooding.complete("t" + i, 200, "");
    }
    assertThat(flooding.endsSoon()).isTrue();

    ScriptedShim first = new ScriptedShim(channel).register("kv:1");
    ScriptedShim second = new ScriptedShim(channel);
    second.send(Type.REGISTER, "", ChaincodeID.newBuilder().setName("kv:1").build());
    assertThat(second.endsSoon()).isTrue();
    Future<ChaincodeOutcome> outcome = execute("t1", "kv");
    first.expect(Type.TRANSACTION);
    first.complete("t1", 200, "still there");
    assertThat(outcome.get()).isInstanceOf(ChaincodeOutcome.Responded.class);
  }

  @Test
  void chaincodeCallsChaincode() throws Exception {
    ledger.with("other/x", "from other");
    MemorySimulator elsewhere = new MemorySimulator().with("other/x", "from elsewhere");
    ports.otherChannels.put("ch2", elsewhere);
    ScriptedShim caller = new ScriptedShim(channel).register("kv:1");
    ScriptedShim called = new ScriptedShim(channel).register("other:1");
    Future<ChaincodeOutcome> outcome = execute("t1", "kv");
    caller.expect(Type.TRANSACTION);

    caller.send(Type.INVOKE_CHAINCODE, "t1", call("other"));
    called.expect(Type.TRANSACTION);
    ByteString value = called.ask(Type.GET_STATE, "t1", get("x")).getPayload();
    called.ask(Type.PUT_STATE, "t1", put("y", "new"));
    called.complete("t1", 200, value.toStringUtf8());
    ChaincodeMessage answer = ChaincodeMessage.parseFrom(caller.next().getPayload());
    assertThat(answer.getType()).isEqualTo(Type.COMPLETED);
    assertThat(ledger.written("other/y")).isEqualTo("new");

    assertThat(caller.ask(Type.INVOKE_CHAINCODE, "t1", call("kv")).getPayload().toStringUtf8())
        .isEqualTo(
            "INVOKE_CHAINCODE failed: transaction ID: t1: execute failed: error sending: txid:"
                + " t1(ch) exists");
    assertThat(
            caller
                .ask(Type.INVOKE_CHAINCODE, "t1", call("other/nowhere"))
                .getPayload()
                .toStringUtf8())
        .endsWith("failed to find ledger for channel: nowhere");
    ChaincodeMessage echo =
        ChaincodeMessage.parseFrom(
            caller.ask(Type.INVOKE_CHAINCODE, "t1", call("echo")).getPayload());
    assertThat(
            org.hyperledger.fabric.protos.peer.Response.parseFrom(echo.getPayload()).getMessage())
        .isEqualTo("ch");

    caller.send(Type.INVOKE_CHAINCODE, "t1", call("other:7/ch2"));
    ChaincodeMessage start = called.expect(Type.TRANSACTION);
    assertThat(start.getChannelId()).isEqualTo("ch2");
    called.sendRaw(
        ChaincodeMessage.newBuilder()
            .setType(Type.GET_STATE)
            .setTxid("t1")
            .setChannelId("ch2")
            .setPayload(get("x").toByteString())
            .build());
    assertThat(called.next().getPayload().toStringUtf8()).isEqualTo("from elsewhere");
    called.sendRaw(
        ChaincodeMessage.newBuilder()
            .setType(Type.COMPLETED)
            .setTxid("t1")
            .setChannelId("ch2")
            .build());
    assertThat(caller.next().getType()).isEqualTo(Type.RESPONSE);

    ports.callRefusal = Optional.of("not for you");
    assertThat(caller.ask(Type.INVOKE_CHAINCODE, "t1", call("other")).getPayload().toStringUtf8())
        .endsWith("not for you");
    caller.complete("t1", 200, "");
    assertThat(outcome.get()).isInstanceOf(ChaincodeOutcome.Responded.class);
  }

  @Test
  void initializationHappensOncePerVersion() throws Exception {
    ports.definitions.put("kv", new EndorsementInfo.Ready("1.0", true, "kv:1", "escc"));
    ScriptedShim shim = new ScriptedShim(channel).register("kv:1");
    assertThat(execute("t1", "kv").get())
        .isEqualTo(
            new ChaincodeOutcome.Failed(
                "failed to execute transaction t1: invalid invocation: chaincode 'kv' has not been"
                    + " initialized for this version, must call as init first"));
    ChaincodeInvocation init =
        new ChaincodeInvocation(
            "ch",
            "t2",
            "kv",
            org.hyperledger.fabric.protos.peer.ChaincodeInput.newBuilder().setIsInit(true).build(),
            Optional.empty());
    Future<ChaincodeOutcome> outcome = threads.submit(() -> runtime.execute(init, ledger));
    shim.expect(Type.INIT);
    GetState secret = GetState.newBuilder().setCollection("coll").setKey("a").build();
    assertThat(shim.ask(Type.GET_STATE, "t2", secret).getPayload().toStringUtf8())
        .endsWith("private data APIs are not allowed in chaincode Init()");
    shim.complete("t2", 200, "");
    assertThat(outcome.get()).isInstanceOf(ChaincodeOutcome.Responded.class);
    assertThat(ledger.writes).hasSize(1);

    ledger.writes.forEach((key, value) -> ledger.committed.put(key, value.orElseThrow()));
    assertThat(((ChaincodeOutcome.Failed) runtime.execute(init, ledger)).reason())
        .endsWith("chaincode 'kv' is already initialized but called as init");
  }

  @Test
  void whatDoesNotStartIsToldToAllThatWait() throws Exception {
    List<Future<ChaincodeOutcome>> outcomes =
        List.of(execute("t1", "kv"), execute("t2", "kv"), execute("t3", "kv"));
    for (Future<ChaincodeOutcome> outcome : outcomes) {
      assertThat(((ChaincodeOutcome.Failed) outcome.get(10, TimeUnit.SECONDS)).reason())
          .contains("could not launch chaincode kv:1: nothing can be started here");
    }
    assertThat(((ChaincodeOutcome.Failed) execute("t4", "none").get()).reason())
        .isEqualTo(
            "failed to execute transaction t4: invalid invocation: [channel ch] failed to get"
                + " chaincode container info for none: chaincode none not found");
  }

  private Future<ChaincodeOutcome> execute(String txId, String chaincode, String... arguments) {
    return threads.submit(() -> runtime.execute(invocation(txId, chaincode, arguments), ledger));
  }

  private static ChaincodeSpec call(String name) {
    return ChaincodeSpec.newBuilder()
        .setChaincodeId(ChaincodeID.newBuilder().setName(name))
        .build();
  }

  private static QueryResponse query(ChaincodeMessage answer) throws Exception {
    assertThat(answer.getType()).isEqualTo(Type.RESPONSE);
    return QueryResponse.parseFrom(answer.getPayload());
  }

  private static WriteRecord.Builder record(WriteRecord.Type type, String key, String collection) {
    return WriteRecord.newBuilder().setType(type).setKey(key).setCollection(collection);
  }

  private static GetState get(String key) {
    return GetState.newBuilder().setKey(key).build();
  }

  private static PutState put(String key, String value) {
    return PutState.newBuilder().setKey(key).setValue(utf8(value)).build();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static final class NothingToStart implements ChaincodeStarter {
    @Override
    public void build(String packageId) throws LaunchException {
      throw new LaunchException("nothing can be started here");
    }

    @Override
    public String run(String packageId, ShimHost host) {
      return "";
    }

    @Override
    public void close() {}
  }

  private static final class Echo implements SystemChaincode {
    @Override
    public String name() {
      return "echo";
    }

    @Override
    public org.hyperledger.fabric.protos.peer.Response invoke(Call call) {
      return SystemChaincode.error(call.channelId());
    }
  }
}
