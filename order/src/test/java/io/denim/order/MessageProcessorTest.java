package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.identity.SigningIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Messages of the golden channel's members, and of others.
class MessageProcessorTest {
  private static final String ORG1 = "crypto/peerOrganizations/org1.example.com/";

  private final SignatureVerifier verifier = SignatureVerifier.create();
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private ChannelConfig config;
  private MessageProcessor processor;

  @BeforeEach
  void open() throws Exception {
    config = ChannelConfig.ofBlock(OrdererRig.genesis(), verifier);
    processor = processor(true);
  }

  private MessageProcessor processor(boolean expirationChecked) throws Exception {
    return new MessageProcessor(
        identity(
            OrdererRig.GOLDEN.resolve(
                "crypto/ordererOrganizations/example.com/orderers/orderer0.example.com/msp"),
            "OrdererMSP"),
        verifier,
        () -> now,
        expirationChecked);
  }

  @Test
  void aMembersMessagePassesAsItIs() throws Exception {
    Envelope message = message(user(), 10);
    assertThat(processor.normal(config, SubmittedMessage.of(message)))
        .isEqualTo(new Verdict.Passed(message, config.sequence()));
  }

  @Test
  void theSizeThatTheChannelAllowsIsTheLastThatPasses() throws Exception {
    int most = (int) config.orderer().orElseThrow().batchSize().absoluteMaxBytes();
    int above = message(user(), most).getSerializedSize() - most;
    for (int less = 0; less < 4 * above; less++) {
      Envelope message = message(user(), most - less);
      long size = BlockCutter.size(message);
      Verdict verdict = processor.normal(config, SubmittedMessage.of(message));
      if (size <= most) {
        assertThat(verdict).as("%d bytes", size).isInstanceOf(Verdict.Passed.class);
        return;
      }
      assertThat(verdict)
          .isEqualTo(
              new Verdict.Rejected(
                  Status.BAD_REQUEST,
                  "message payload is "
                      + size
                      + " bytes and exceeds maximum allowed "
                      + most
                      + " bytes"));
      less += (int) Math.max(0, size - most - 2);
    }
    assertThat(above).as("none passed").isNegative();
  }

  @Test
  void whoseCertificateHasExpiredIsRefusedUnlessThatIsNotAsked() throws Exception {
    SubmittedMessage message = SubmittedMessage.of(message(user(), 10));
    now = Instant.parse("2046-11-21T12:00:00Z");
    assertThat(processor.normal(config, message))
        .isEqualTo(new Verdict.Rejected(Status.BAD_REQUEST, "broadcast client identity expired"));
    assertThat(processor(false).normal(config, message))
        .isNotEqualTo(
            new Verdict.Rejected(Status.BAD_REQUEST, "broadcast client identity expired"));
  }

  @Test
  void whoIsNoWriterIsForbidden() throws Exception {
    SigningIdentity stranger =
        identity(
            Path.of(System.getProperty("denim.testdata"), "golden", "bft-v30")
                .resolve(ORG1 + "users/User1@org1.example.com/msp"),
            "Org1MSP");
    assertForbidden(message(stranger, 10));
    Envelope good = message(user(), 10);
    assertForbidden(good.toBuilder().clearSignature().build());
    assertForbidden(good.toBuilder().setSignature(message(user(), 11).getSignature()).build());
  }

  @Test
  void nothingAtAllIsNoMessage() throws Exception {
    Envelope unsigned =
        Envelope.newBuilder()
            .setPayload(
                Payload.newBuilder()
                    .setHeader(
                        Header.newBuilder()
                            .setChannelHeader(
                                ChannelHeader.newBuilder()
                                    .setType(1_000_007)
                                    .build()
                                    .toByteString()))
                    .build()
                    .toByteString())
            .build();
    SubmittedMessage message = SubmittedMessage.of(unsigned);
    assertThat(message.typeName()).isEqualTo("unknown");
    assertForbidden(unsigned);
  }

  private void assertForbidden(Envelope message) throws Exception {
    assertThat(processor.normal(config, SubmittedMessage.of(message)))
        .isInstanceOfSatisfying(
            Verdict.Rejected.class,
            rejected -> {
              assertThat(rejected.status()).isEqualTo(Status.FORBIDDEN);
              assertThat(rejected.reason()).endsWith("permission denied");
            });
  }

  private SigningIdentity user() throws Exception {
    return identity(
        OrdererRig.GOLDEN.resolve(ORG1 + "users/User1@org1.example.com/msp"), "Org1MSP");
  }

  private SigningIdentity identity(Path folder, String mspId) throws Exception {
    return LocalMsp.load(folder, mspId, verifier, InstantSource.system()).signingIdentity();
  }

  private Envelope message(SigningIdentity from, int dataBytes) {
    return new EnvelopeSigner(from, () -> now)
        .envelope(
            HeaderType.ENDORSER_TRANSACTION,
            "ch",
            ByteString.copyFrom(new byte[dataBytes]),
            ByteString.EMPTY);
  }
}
