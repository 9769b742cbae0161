package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.client.BlockAndPrivateDataEventsRequest;
import org.hyperledger.fabric.client.ChaincodeEvent;
import org.hyperledger.fabric.client.CloseableIterator;
import org.hyperledger.fabric.client.Commit;
import org.hyperledger.fabric.client.Contract;
import org.hyperledger.fabric.client.EndorseException;
import org.hyperledger.fabric.client.Gateway;
import org.hyperledger.fabric.client.GatewayException;
import org.hyperledger.fabric.client.Hash;
import org.hyperledger.fabric.client.InMemoryCheckpointer;
import org.hyperledger.fabric.client.Proposal;
import org.hyperledger.fabric.client.SubmittedTransaction;
import org.hyperledger.fabric.client.Transaction;
import org.hyperledger.fabric.client.identity.Identities;
import org.hyperledger.fabric.client.identity.Signer;
import org.hyperledger.fabric.client.identity.Signers;
import org.hyperledger.fabric.client.identity.X509Identity;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.peer.BlockAndPrivateData;
import org.hyperledger.fabric.protos.peer.FilteredBlock;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A whole network under Fabric's own Java client, with a chaincode on Fabric's own shim.
@Timeout(60)
class FabricGatewayTest {
  @RegisterExtension static final DenimNetwork NETWORK = DenimNetwork.shared();

  private ManagedChannel connection;
  private Gateway gateway;
  private Contract contract;

  @BeforeAll
  static void deploy() throws Exception {
    KeyValuePackage.deploy(NETWORK.running());
  }

  @BeforeEach
  void connect() throws Exception {
    connection = connection("Org1");
    gateway = builder("Org1").signer(signer("Org1")).connection(connection).connect();
    contract = contract(gateway);
  }

  @AfterEach
  void disconnect() throws Exception {
    gateway.close();
    close(connection);
  }

  private static void close(ManagedChannel channel) throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
  }

  private static ManagedChannel connection(String organization) throws Exception {
    NetworkPeer peer = NETWORK.running().peer(organization);
    return Grpc.newChannelBuilder(
            peer.address(),
            TlsChannelCredentials.newBuilder().trustManager(peer.tlsRoot().toFile()).build())
        .overrideAuthority(peer.hostname())
        .build();
  }

  private static Gateway.Builder builder(String organization) throws Exception {
    NetworkUser user = NETWORK.running().user(organization, "User1");
    return Gateway.newInstance()
        .identity(
            new X509Identity(
                user.mspId(), Identities.readX509Certificate(read(user.certificate()))))
        .hash(Hash.SHA256)
        .evaluateOptions(options -> options.withDeadlineAfter(30, TimeUnit.SECONDS))
        .endorseOptions(options -> options.withDeadlineAfter(30, TimeUnit.SECONDS));
  }

  private static Signer signer(String organization) throws Exception {
    PrivateKey key =
        Identities.readPrivateKey(read(NETWORK.running().user(organization, "User1").privateKey()));
    return Signers.newPrivateKeySigner(key);
  }

  private static String read(Path file) throws Exception {
    return Files.readString(file);
  }

  private static org.hyperledger.fabric.client.Network channel(Gateway gateway) {
    return gateway.getNetwork(NETWORK.running().channel());
  }

  private static Contract contract(Gateway gateway) {
    return channel(gateway).getContract(KeyValuePackage.NAME);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void whatIsSubmittedIsReadAtBothOrganizations() throws Exception {
    assertThat(text(contract.submitTransaction("put", "colour", "blue"))).isEqualTo("blue");
    assertThat(text(contract.evaluateTransaction("get", "colour"))).isEqualTo("blue");
    ManagedChannel other = connection("Org2");
    try (Gateway second = builder("Org2").signer(signer("Org2")).connection(other).connect()) {
      // Committing through the second peer shows that it has what went before.
      assertThat(text(contract(second).submitTransaction("put", "shape", "round")))
          .isEqualTo("round");
      assertThat(text(contract(second).evaluateTransaction("get", "colour"))).isEqualTo("blue");
    } finally {
      close(other);
    }
  }

  @Test
  void theStagesOfATransactionCanBeTakenOneByOne() throws Exception {
    Transaction transaction =
        contract.newProposal("put").addArguments("stage", "by stage").build().endorse();
    assertThat(text(transaction.getResult())).isEqualTo("by stage");
    SubmittedTransaction submitted = transaction.submitAsync();
    org.hyperledger.fabric.client.Status status = submitted.getStatus();
    assertThat(status.isSuccessful()).isTrue();
    assertThat(status.getCode()).isEqualTo(TxValidationCode.VALID);
    assertThat(status.getTransactionId()).isEqualTo(transaction.getTransactionId());
    assertThat(status.getBlockNumber()).isPositive();
  }

  @Test
  void aTransactionIsSignedOffline() throws Exception {
    Signer offline = signer("Org1");
    try (Gateway unsigned = builder("Org1").connection(connection).connect()) {
      Proposal unsignedProposal =
          contract(unsigned).newProposal("put").addArguments("offline", "signed").build();
      Proposal proposal =
          unsigned.newSignedProposal(
              unsignedProposal.getBytes(), offline.sign(unsignedProposal.getDigest()));
      assertThat(text(proposal.evaluate())).isEqualTo("signed");
      Transaction unsignedTransaction = proposal.endorse();
      Transaction transaction =
          unsigned.newSignedTransaction(
              unsignedTransaction.getBytes(), offline.sign(unsignedTransaction.getDigest()));
      SubmittedTransaction unsignedCommit = transaction.submitAsync();
      Commit commit =
          unsigned.newSignedCommit(
              unsignedCommit.getBytes(), offline.sign(unsignedCommit.getDigest()));
      assertThat(commit.getStatus().isSuccessful()).isTrue();
    }
    assertThat(text(contract.evaluateTransaction("get", "offline"))).isEqualTo("signed");
  }

  @Test
  void aForgedSignatureIsRefused() throws Exception {
    Signer stranger = signer("Org2"); // not the key of the certificate that is shown
    try (Gateway forged = builder("Org1").signer(stranger).connection(connection).connect()) {
      GatewayException refused =
          catchThrowableOfType(
              GatewayException.class, () -> contract(forged).evaluateTransaction("get", "colour"));
      assertThat(refused).isNotNull();
      assertThat(refused.getMessage() + refused.getDetails()).contains("access denied");
    }
  }

  @Test
  void ofTwoTransactionsThatReadTheSameOneIsInvalid() throws Exception {
    contract.submitTransaction("put", "counter", "1");
    Transaction first = contract.newProposal("increment").addArguments("counter").build().endorse();
    Transaction second =
        contract.newProposal("increment").addArguments("counter").build().endorse();
    assertThat(first.submitAsync().getStatus().getCode()).isEqualTo(TxValidationCode.VALID);
    assertThat(second.submitAsync().getStatus().getCode())
        .isEqualTo(TxValidationCode.MVCC_READ_CONFLICT);
    assertThat(text(contract.evaluateTransaction("get", "counter"))).isEqualTo("2");
  }

  @Test
  void chaincodeEventsAreReplayedAndGoOnFromACheckpoint() throws Exception {
    long firstBlock = emit("first");
    emit("second");
    InMemoryCheckpointer checkpointer = new InMemoryCheckpointer();
    try (CloseableIterator<ChaincodeEvent> events =
        channel(gateway)
            .newChaincodeEventsRequest(KeyValuePackage.NAME)
            .startBlock(firstBlock)
            .build()
            .getEvents()) {
      ChaincodeEvent event = events.next();
      assertThat(event.getBlockNumber()).isEqualTo(firstBlock);
      assertThat(event.getEventName()).isEqualTo("happened");
      assertThat(event.getChaincodeName()).isEqualTo(KeyValuePackage.NAME);
      assertThat(text(event.getPayload())).isEqualTo("first");
      checkpointer.checkpointChaincodeEvent(event);
    }
    try (CloseableIterator<ChaincodeEvent> events =
        channel(gateway)
            .newChaincodeEventsRequest(KeyValuePackage.NAME)
            .checkpoint(checkpointer)
            .build()
            .getEvents()) {
      assertThat(text(events.next().getPayload())).isEqualTo("second");
      emit("third"); // while somebody listens
      assertThat(text(events.next().getPayload())).isEqualTo("third");
    }
  }

  private long emit(String payload) throws Exception {
    return contract
        .newProposal("event")
        .addArguments("happened", payload)
        .build()
        .endorse()
        .submitAsync()
        .getStatus()
        .getBlockNumber();
  }

  @ParameterizedTest
  @ValueSource(strings = {"told", "asked"}) // sent by the endorser; fetched when the block commits
  void privateDataReachesMembersThatDidNotEndorse(String collection) throws Exception {
    Commit commit =
        contract
            .newProposal("putPrivate")
            .addArguments(collection, "whisper")
            .putTransient("value", "softly".getBytes(StandardCharsets.UTF_8))
            .setEndorsingOrganizations("Org1MSP")
            .build()
            .endorse()
            .submitAsync();
    assertThat(commit.getStatus().isSuccessful()).isTrue();
    ManagedChannel other = connection("Org2");
    try (Gateway second = builder("Org2").signer(signer("Org2")).connection(other).connect()) {
      contract(second).submitTransaction("put", "shape-" + collection, "square");
      assertThat(text(contract(second).evaluateTransaction("getPrivate", collection, "whisper")))
          .isEqualTo("softly");
    } finally {
      close(other);
    }
  }

  @Test
  void blocksComeWholeFilteredAndWithPrivateData() throws Exception {
    SubmittedTransaction submitted =
        contract
            .newProposal("putPrivate")
            .addArguments("shared", "secret")
            .putTransient("value", "hidden".getBytes(StandardCharsets.UTF_8))
            .setEndorsingOrganizations("Org1MSP")
            .build()
            .endorse()
            .submitAsync();
    long number = submitted.getStatus().getBlockNumber();
    try (CloseableIterator<Block> blocks =
        channel(gateway).newBlockEventsRequest().startBlock(number - 1).build().getEvents()) {
      assertThat(blocks.next().getHeader().getNumber()).isEqualTo(number - 1);
      assertThat(blocks.next().getHeader().getNumber()).isEqualTo(number);
    }
    try (CloseableIterator<FilteredBlock> blocks =
        channel(gateway).newFilteredBlockEventsRequest().startBlock(number).build().getEvents()) {
      FilteredBlock block = blocks.next();
      assertThat(block.getChannelId()).isEqualTo(NETWORK.running().channel());
      assertThat(block.getFilteredTransactionsList())
          .singleElement()
          .satisfies(transaction -> {
            assertThat(transaction.getTxid()).isEqualTo(submitted.getTransactionId());
            assertThat(transaction.getTxValidationCode())
                .isEqualTo(TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
          });
    }
    BlockAndPrivateDataEventsRequest request =
        channel(gateway).newBlockAndPrivateDataEventsRequest().startBlock(number).build();
    try (CloseableIterator<BlockAndPrivateData> blocks = request.getEvents()) {
      assertThat(blocks.next().getBlock().getHeader().getNumber()).isEqualTo(number);
    }
  }

  @Test
  void privateDataIsThereForItsMembers() throws Exception {
    byte[] value = "for members".getBytes(StandardCharsets.UTF_8);
    contract
        .newProposal("putPrivate")
        .addArguments("shared", "note")
        .putTransient("value", value)
        .build()
        .endorse()
        .submitAsync();
    long number = emit("after the note");
    assertThat(text(contract.evaluateTransaction("getPrivate", "shared", "note")))
        .isEqualTo("for members");
    try (CloseableIterator<BlockAndPrivateData> blocks =
        channel(gateway)
            .newBlockAndPrivateDataEventsRequest()
            .startBlock(number - 1)
            .build()
            .getEvents()) {
      TxPvtReadWriteSet written = blocks.next().getPrivateDataMapOrThrow(0);
      KVRWSet writes =
          KVRWSet.parseFrom(written.getNsPvtRwset(0).getCollectionPvtRwset(0).getRwset());
      assertThat(writes.getWrites(0).getValue()).isEqualTo(ByteString.copyFrom(value));
    }
  }

  @Test
  void aChaincodesRefusalNamesThePeerAndTheText() throws Exception {
    EndorseException refused =
        catchThrowableOfType(
            EndorseException.class, () -> contract.submitTransaction("fail", "out of paint"));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
    NetworkPeer peer = NETWORK.running().peer("Org1");
    assertThat(refused.getDetails())
        .singleElement()
        .satisfies(detail -> {
          assertThat(detail.getMspId()).isEqualTo("Org1MSP");
          assertThat(detail.getAddress()).isEqualTo(peer.address());
          assertThat(detail.getMessage()).isEqualTo("chaincode response 500, out of paint");
        });
  }

  @Test
  void anUnknownChaincodeAndAnUnknownChannelAreNamed() throws Exception {
    GatewayException noChaincode =
        catchThrowableOfType(
            GatewayException.class,
            () -> channel(gateway).getContract("nobody").evaluateTransaction("get", "x"));
    assertThat(noChaincode).isNotNull();
    assertThat(noChaincode.getMessage() + noChaincode.getDetails()).contains("nobody");
    assertThatThrownBy(() ->
            gateway
                .getNetwork("nochannel")
                .getContract(KeyValuePackage.NAME)
                .evaluateTransaction("get", "x"))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("nochannel");
  }

  @Test
  void oneOrganizationAloneDoesNotSatisfyThePolicy() throws Exception {
    Transaction transaction =
        contract
            .newProposal("put")
            .addArguments("alone", "at home")
            .setEndorsingOrganizations("Org1MSP")
            .build()
            .endorse();
    assertThat(transaction.submitAsync().getStatus().getCode())
        .isEqualTo(TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
    assertThat(text(contract.evaluateTransaction("get", "alone"))).isEmpty();
  }

  @Test
  void anOrganizationWithoutPeersCannotEndorse() {
    EndorseException refused =
        catchThrowableOfType(
            EndorseException.class,
            () ->
                contract
                    .newProposal("put")
                    .addArguments("nowhere", "x")
                    .setEndorsingOrganizations("Org9MSP")
                    .build()
                    .endorse());
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refused.getMessage()).contains("Org9MSP");
  }
}
