package io.denim.endorse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.denim.identity.Cryptogen;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.wire.TransactionId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.ChaincodeHeaderExtension;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeSpec;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What of a proposal is refused before any chaincode sees it.
class ProposalChecksTest {
  private static final Instant NOW = Instant.now();
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final Duration WINDOW = Duration.ofMinutes(15);

  private static Optional<Member> member = Optional.empty();

  private record Member(EnvelopeSigner signer, MspManager msps) {}

  @BeforeAll
  static void makeMember(@TempDir Path folder) throws Exception {
    Cryptogen.generate(
        folder,
        List.of(Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 1, 1)),
        List.of(),
        CLOCK);
    Path msp =
        folder.resolve("peerOrganizations/org1.example.com/users/User1@org1.example.com/msp");
    LocalMsp local = LocalMsp.load(msp, "Org1MSP", SignatureVerifier.create(), CLOCK);
    member =
        Optional.of(
            new Member(
                new EnvelopeSigner(local.signingIdentity(), CLOCK),
                MspManager.of(List.of(local.msp()))));
  }

  @Test
  void takesAProposalThatIsInOrder() throws Exception {
    assertThat(problem(UnaryOperator.identity())).isEmpty();
  }

  @Test
  void refusesAnotherIdThanThatOfNonceAndCreator() throws Exception {
    assertThat(problem(header -> header.setTxId("0".repeat(64))))
        .hasValueSatisfying(text -> assertThat(text).contains("incorrectly computed txid"));
  }

  @Test
  void refusesOtherTypesAndEpochs() throws Exception {
    assertThat(problem(header -> header.setType(HeaderType.CONFIG_UPDATE_VALUE)))
        .hasValueSatisfying(text -> assertThat(text).contains("invalid header type CONFIG_UPDATE"));
    assertThat(problem(header -> header.setEpoch(1)))
        .hasValueSatisfying(text -> assertThat(text).contains("epoch is non-zero"));
  }

  @Test
  void refusesAnotherSignature() throws Exception {
    SignedProposal good = proposal(UnaryOperator.identity());
    SignedProposal forged =
        good.toBuilder()
            .setSignature(required().signer().identity().sign(ByteString.EMPTY))
            .build();
    assertThat(ProposalChecks.form(UnpackedProposal.of(forged), required().msps()))
        .hasValueSatisfying(text ->
            assertThat(text)
                .isEqualTo(
                    "error validating proposal: access denied: channel [ch] creator org"
                        + " [Org1MSP]"));
  }

  @Test
  void refusesStrangers() throws Exception {
    assertThat(
            ProposalChecks.form(
                UnpackedProposal.of(proposal(UnaryOperator.identity())), MspManager.of(List.of())))
        .hasValueSatisfying(
            text -> assertThat(text).contains("creator org unknown, creator is malformed"));
  }

  @Test
  void refusesProposalsOfAnotherTime() throws Exception {
    ProposalFreshness freshness = new ProposalFreshness(CLOCK, WINDOW);
    for (long shift : new long[] {-901, 901}) {
      SignedProposal shifted =
          proposal(header ->
              header.setTimestamp(
                  Timestamp.newBuilder()
                      .setSeconds(NOW.getEpochSecond() + shift)
                      .setNanos(NOW.getNano())));
      assertThat(freshness.problem(UnpackedProposal.of(shifted), required().msps()))
          .hasValueSatisfying(
              text -> assertThat(text).contains("request unauthorized due to incorrect timestamp"));
    }
    SignedProposal present = proposal(UnaryOperator.identity());
    assertThat(freshness.problem(UnpackedProposal.of(present), required().msps())).isEmpty();
  }

  @Test
  void refusesCreatorsWhoseCertificateExpired() throws Exception {
    InstantSource later = InstantSource.fixed(NOW.plus(Duration.ofDays(36_500)));
    ProposalFreshness freshness = new ProposalFreshness(later, WINDOW);
    assertThat(
            freshness.problem(
                UnpackedProposal.of(proposal(UnaryOperator.identity())), required().msps()))
        .contains("proposal client identity expired");
  }

  @Test
  void neverThrowsAnythingElseOnSpoiledBytes() throws Exception {
    byte[] good = proposal(UnaryOperator.identity()).toByteArray();
    Random random = new Random(7);
    for (int i = 0; i < 3_000; i++) {
      byte[] spoiled = good.clone();
      for (int change = 0; change <= i % 4; change++) {
        spoiled[random.nextInt(spoiled.length)] = (byte) random.nextInt(256);
      }
      try {
        UnpackedProposal proposal = UnpackedProposal.of(SignedProposal.parseFrom(spoiled));
        boolean same = Arrays.equals(spoiled, good);
        assertThat(ProposalChecks.form(proposal, required().msps()).isPresent())
            .as("spoiled proposal %s is refused", i)
            .isEqualTo(!same);
      } catch (UnpackedProposal.MalformedProposalException
          | InvalidProtocolBufferException expected) {
        assertThat(expected).hasMessageMatching("(?s).+");
      }
    }
  }

  private static Optional<String> problem(UnaryOperator<ChannelHeader.Builder> change)
      throws Exception {
    return ProposalChecks.form(UnpackedProposal.of(proposal(change)), required().msps());
  }

  private static Member required() {
    return member.orElseThrow();
  }

  private static SignedProposal proposal(UnaryOperator<ChannelHeader.Builder> change) {
    EnvelopeSigner signer = required().signer();
    SignatureHeader signature = signer.signatureHeader();
    ChaincodeID chaincode = ChaincodeID.newBuilder().setName("basic").build();
    ChannelHeader channel =
        change
            .apply(
                signer
                    .channelHeader(HeaderType.ENDORSER_TRANSACTION, "ch")
                    .setTxId(TransactionId.of(signature.getNonce(), signature.getCreator()))
                    .setExtension(
                        ChaincodeHeaderExtension.newBuilder()
                            .setChaincodeId(chaincode)
                            .build()
                            .toByteString()))
            .build();
    ByteString input =
        ChaincodeInvocationSpec.newBuilder()
            .setChaincodeSpec(
                ChaincodeSpec.newBuilder()
                    .setChaincodeId(chaincode)
                    .setInput(ChaincodeInput.newBuilder().addArgs(ByteString.copyFromUtf8("f"))))
            .build()
            .toByteString();
    ByteString bytes =
        Proposal.newBuilder()
            .setHeader(
                Header.newBuilder()
                    .setChannelHeader(channel.toByteString())
                    .setSignatureHeader(signature.toByteString())
                    .build()
                    .toByteString())
            .setPayload(
                ChaincodeProposalPayload.newBuilder().setInput(input).build().toByteString())
            .build()
            .toByteString();
    return SignedProposal.newBuilder()
        .setProposalBytes(bytes)
        .setSignature(signer.identity().sign(bytes))
        .build();
  }
}
