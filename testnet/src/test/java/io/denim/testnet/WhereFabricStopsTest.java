package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import io.denim.peer.ChainReplay;
import io.denim.wire.TransactionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionHashedReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.HashedRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Transactions at which Fabric's own peers stop, panic or disagree, in blocks that an orderer
/// signed: here each gets the verdict that the rules imply, what comes after it is judged as ever,
/// and the channel goes on.
class WhereFabricStopsTest {
  private static final String PARAMETER = "VALIDATION_PARAMETER";

  @TempDir private Path directory;
  private final List<TxValidationCode> last = new ArrayList<>();
  private ChainReplay replay;
  private ChainMaker maker;

  @BeforeEach
  void begin() throws Exception {
    NetworkPlan plan =
        NetworkPlan.of(
            new NetworkSpec("spoiled", 2, 1, 1, 500, Duration.ofSeconds(2), false),
            customary -> customary);
    NetworkDirectory network = new NetworkDirectory(directory.resolve("network"));
    new NetworkFiles(plan, network, InstantSource.system()).create();
    Block genesis = Block.parseFrom(Files.readAllBytes(network.genesisBlock("spoiled")));
    SignatureVerifier verifier = SignatureVerifier.create();
    replay =
        ChainReplay.start(
            LedgerOptions.at(directory.resolve("ledgersData")), genesis, verifier, this::committed);
    maker = new ChainMaker(plan, network, replay, verifier, InstantSource.system());
    maker.block(List.of(maker.definition("kv")));
  }

  private synchronized void committed(List<CommittedBlock> blocks) {
    last.clear();
    last.addAll(blocks.getLast().codes());
  }

  @AfterEach
  void end() {
    replay.close();
  }

  /// Commits the envelopes and a good one behind them, and gives the verdicts on the former.
  private List<TxValidationCode> verdicts(Envelope... envelopes) throws Exception {
    List<ByteString> all =
        new ArrayList<>(Arrays.stream(envelopes).map(Envelope::toByteString).toList());
    all.add(write("good", state -> state.setState("kv", "good", text("yes"))).toByteString());
    return verdicts(all);
  }

  private List<TxValidationCode> verdicts(List<ByteString> envelopes) throws Exception {
    maker.block(envelopes);
    assertThat(replay.failure()).isEmpty();
    synchronized (this) {
      assertThat(last).hasSize(envelopes.size());
      assertThat(last.getLast()).isEqualTo(TxValidationCode.VALID);
      return List.copyOf(last.subList(0, last.size() - 1));
    }
  }

  private interface Writes {
    void to(TransactionSimulator state) throws SimulationException;
  }

  private Envelope write(String name, Writes writes) throws Exception {
    try (TransactionSimulator state = replay.ledger().simulator(name)) {
      writes.to(state);
      return maker.transaction("kv", List.of(name), state.results().publicReadWriteSet());
    }
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void aKeyPolicyThatDoesNotParseOnlyLocksItsKey() throws Exception {
    assertThat(verdicts(write("create", state -> state.setState("kv", "locked", text("1")))))
        .containsExactly(TxValidationCode.VALID);
    assertThat(
            verdicts(
                write(
                    "lock",
                    state ->
                        state.setStateMetadata(
                            "kv", "locked", Map.of(PARAMETER, text("\u0001?"))))))
        .containsExactly(TxValidationCode.VALID);
    assertThat(
            verdicts(
                write("a", state -> state.setState("kv", "locked", text("2"))),
                write("b", state -> state.setState("kv", "other", text("2")))))
        .containsExactly(TxValidationCode.ENDORSEMENT_POLICY_FAILURE, TxValidationCode.VALID);
  }

  @Test
  void aPrivateWriteToNoCollectionIsRefused() throws Exception {
    HashedRWSet hashed =
        HashedRWSet.newBuilder()
            .addHashedWrites(
                KVWriteHash.newBuilder()
                    .setKeyHash(ByteString.copyFrom(new byte[32]))
                    .setValueHash(ByteString.copyFrom(new byte[32])))
            .build();
    TxReadWriteSet results =
        TxReadWriteSet.newBuilder()
            .setDataModel(TxReadWriteSet.DataModel.KV)
            .addNsRwset(
                NsReadWriteSet.newBuilder()
                    .setNamespace("kv")
                    .setRwset(KVRWSet.getDefaultInstance().toByteString())
                    .addCollectionHashedRwset(
                        CollectionHashedReadWriteSet.newBuilder()
                            .setCollectionName("nowhere")
                            .setHashedRwset(hashed.toByteString())
                            .setPvtRwsetHash(ByteString.copyFrom(new byte[32]))))
            .build();
    assertThat(verdicts(maker.transaction("kv", List.of("private"), results.toByteString())))
        .containsExactly(TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
  }

  @Test
  void anEmptyChannelNameIsRefusedByAllAlike() throws Exception {
    assertThat(verdicts(enveloped(HeaderType.ENDORSER_TRANSACTION, "", text("data"))))
        .containsExactly(TxValidationCode.BAD_CREATOR_SIGNATURE);
  }

  @Test
  void aConfigurationThatDoesNotParseIsRefused() throws Exception {
    assertThat(
            verdicts(
                enveloped(HeaderType.CONFIG, "spoiled", text("no configuration")),
                enveloped(HeaderType.CONFIG, "spoiled", ByteString.EMPTY)))
        .containsOnly(TxValidationCode.INVALID_CONFIG_TRANSACTION);
  }

  @Test
  void aPayloadWithoutHeaderIsRefused() throws Exception {
    ByteString payload = Payload.newBuilder().setData(text("data")).build().toByteString();
    assertThat(verdicts(signed(payload, maker.client())))
        .containsExactly(TxValidationCode.BAD_COMMON_HEADER);
  }

  @Test
  void actionsThatCannotBeTakenApartDoNotHoldUpWhatFollows() throws Exception {
    Transaction none = Transaction.getDefaultInstance();
    Transaction garbage = actions(text("\u0001\u0002\u0003"));
    Transaction unendorsed =
        actions(
            ChaincodeActionPayload.newBuilder()
                .setChaincodeProposalPayload(text("p"))
                .build()
                .toByteString());
    assertThat(
            verdicts(
                enveloped(HeaderType.ENDORSER_TRANSACTION, "spoiled", none.toByteString()),
                enveloped(HeaderType.ENDORSER_TRANSACTION, "spoiled", garbage.toByteString()),
                enveloped(HeaderType.ENDORSER_TRANSACTION, "spoiled", unendorsed.toByteString())))
        .containsOnly(TxValidationCode.INVALID_ENDORSER_TRANSACTION)
        .hasSize(3);
  }

  @Test
  void metadataWrittenBehindADeleteOfItsKeyDoesNothing() throws Exception {
    verdicts(write("create", state -> state.setState("kv", "gone", text("1"))));
    assertThat(
            verdicts(
                write("delete", state -> state.deleteState("kv", "gone")),
                write(
                    "metadata",
                    state -> state.setStateMetadata("kv", "gone", Map.of("note", text("n"))))))
        .containsExactly(TxValidationCode.VALID, TxValidationCode.VALID);
    try (QueryExecutor state = replay.ledger().queryExecutor()) {
      assertThat(state.state("kv", "gone")).isEmpty();
      assertThat(state.stateMetadata("kv", "gone")).isEmpty();
    }
  }

  @Test
  void envelopesInOtherSpellingsAreJudgedByWhatTheySay() throws Exception {
    Envelope good = write("spelled", state -> state.setState("kv", "spelled", text("1")));
    ByteString reversed =
        Envelope.newBuilder()
            .setSignature(good.getSignature())
            .build()
            .toByteString()
            .concat(Envelope.newBuilder().setPayload(good.getPayload()).build().toByteString());
    Envelope behind = write("behind", state -> state.setState("kv", "behind", text("1")));
    assertThat(verdicts(List.of(reversed, behind.toByteString())))
        .containsExactly(TxValidationCode.VALID);
    assertThat(
            verdicts(
                Envelope.getDefaultInstance(),
                Envelope.newBuilder().setPayload(good.getPayload()).build()))
        .containsExactly(
            TxValidationCode.BAD_COMMON_HEADER, TxValidationCode.BAD_CREATOR_SIGNATURE);
  }

  private static Transaction actions(ByteString payload) {
    SignatureHeader header =
        SignatureHeader.newBuilder().setCreator(text("c")).setNonce(text("n")).build();
    return Transaction.newBuilder()
        .addActions(
            TransactionAction.newBuilder().setHeader(header.toByteString()).setPayload(payload))
        .build();
  }

  private Envelope enveloped(HeaderType type, String channel, ByteString data) {
    EnvelopeSigner client = maker.client();
    SignatureHeader signature = client.signatureHeader();
    ChannelHeader header =
        client
            .channelHeader(type, channel)
            .setTxId(TransactionId.of(signature.getNonce(), signature.getCreator()))
            .build();
    ByteString payload =
        Payload.newBuilder()
            .setHeader(
                Header.newBuilder()
                    .setChannelHeader(header.toByteString())
                    .setSignatureHeader(signature.toByteString()))
            .setData(data)
            .build()
            .toByteString();
    return signed(payload, client);
  }

  private static Envelope signed(ByteString payload, EnvelopeSigner signer) {
    return Envelope.newBuilder()
        .setPayload(payload)
        .setSignature(signer.identity().sign(payload))
        .build();
  }
}
