package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.order.etcdraft.RaftConfigRules;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Config updates of the golden chains through the orderer's own checks.
class ConfigUpdateGoldenTest {
  private static final Instant THEN = Instant.parse("2026-11-21T12:00:00Z");
  private static final String PREFIX = "error applying config update to existing channel 'ch': ";

  private final SignatureVerifier verifier = SignatureVerifier.create();

  @ParameterizedTest
  @CsvSource({"raft-v25, 14", "bft-v30, 2"})
  void whatRealOrderersOrderedPassesAndWhatTheyRefusedDoesNot(String name, int passing)
      throws Exception {
    Path folder = Path.of(System.getProperty("denim.testdata"), "golden", name);
    List<Block> blocks = configBlocks(folder.resolve("blocks.gz"));
    MessageProcessor processor = processor(folder, false);
    List<ChannelConfig> configs = new ArrayList<>();
    configs.add(ChannelConfig.ofBlock(blocks.getFirst(), verifier));
    for (Block block : blocks.subList(1, blocks.size())) {
      ConfigEnvelope made = ConfigBlocks.configOf(block);
      Verdict verdict =
          processor.configUpdate(
              configs.getLast(), SubmittedMessage.of(made.getLastUpdate()), this::problem);
      assertThat(verdict)
          .as("block %d", block.getHeader().getNumber())
          .isInstanceOf(Verdict.Passed.class);
      configs.add(ChannelConfig.ofBlock(block, verifier));
    }
    assertThat(configs).hasSize(passing + 1);
    for (JsonNode refused : new ObjectMapper().readTree(folder.resolve("refused.json").toFile())) {
      String info = refused.get("info").asText();
      if (refused.get("envelope").isNull() || !info.startsWith(PREFIX)) {
        continue;
      }
      Envelope update =
          Envelope.parseFrom(Base64.getDecoder().decode(refused.get("envelope").asText()));
      Set<String> reasons = new TreeSet<>();
      for (ChannelConfig config : configs) {
        if (processor.configUpdate(config, SubmittedMessage.of(update), this::problem)
            instanceof Verdict.Rejected(var _, String reason)) {
          reasons.add(reason);
        }
      }
      String expected = info.replaceFirst("\\[\\[[0-9 ]+]]", "[garbage]");
      assertThat(reasons)
          .as(refused.get("case").asText())
          .anySatisfy(reason -> assertThat(reason).startsWith(expected));
    }
  }

  @ParameterizedTest
  @CsvSource({"raft-v25, 79", "bft-v30, 24"})
  void whatRealOrderersRefusedAtTheDoorIsRefusedInTheirWords(String name, int refusals)
      throws Exception {
    Path folder = Path.of(System.getProperty("denim.testdata"), "golden", name);
    MessageProcessor processor = processor(folder, true);
    List<ChannelConfig> configs = new ArrayList<>();
    for (Block block : configBlocks(folder.resolve("blocks.gz"))) {
      configs.add(ChannelConfig.ofBlock(block, verifier));
    }
    int compared = 0;
    for (JsonNode refused : new ObjectMapper().readTree(folder.resolve("refused.json").toFile())) {
      String info = refused.get("info").asText();
      if (refused.get("envelope").isNull()
          || info.equals("gave up")
          || info.startsWith(PREFIX)
          || info.startsWith("message is of type")
          || info.startsWith("channel does not exist")) {
        continue;
      }
      Envelope message =
          Envelope.parseFrom(Base64.getDecoder().decode(refused.get("envelope").asText()));
      Set<String> reasons = new TreeSet<>();
      for (ChannelConfig config : configs) {
        reasons.add(refusal(processor, config, message));
      }
      assertThat(reasons)
          .as(refused.get("case").asText())
          .contains(refused.get("status").asText() + " " + info);
      compared++;
    }
    assertThat(compared).isEqualTo(refusals);
  }

  private String refusal(MessageProcessor processor, ChannelConfig config, Envelope message) {
    try {
      SubmittedMessage submitted = SubmittedMessage.of(message);
      Verdict verdict =
          submitted.channelHeader().getType() == HeaderType.CONFIG_UPDATE_VALUE
              ? processor.configUpdate(config, submitted, this::problem)
              : processor.normal(config, submitted);
      return switch (verdict) {
        case Verdict.Rejected(Status status, String reason) -> status + " " + reason;
        case Verdict.Passed passed -> "passes";
      };
    } catch (InvalidProtocolBufferException e) {
      return "BAD_REQUEST could not determine channel ID: " + e.getMessage();
    }
  }

  /// What Raft says while all its nodes are alive.
  private Optional<String> problem(ChannelConfig current, ChannelConfig next) {
    return RaftConfigRules.problem(
        current,
        next,
        new RaftConfigRules.Standing(
            BlockMetadata.getDefaultInstance(), Set.of(1L, 2L, 3L, 4L), THEN));
  }

  private MessageProcessor processor(Path folder, boolean expiration) throws Exception {
    InstantSource then = InstantSource.fixed(THEN);
    LocalMsp msp =
        LocalMsp.load(
            folder.resolve(
                "crypto/ordererOrganizations/example.com/orderers/orderer0.example.com/msp"),
            "OrdererMSP",
            verifier,
            then);
    return new MessageProcessor(msp.signingIdentity(), verifier, then, expiration);
  }

  private static List<Block> configBlocks(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    try (var in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
      while (true) {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        Block block = Block.parseFrom(bytes);
        if (ConfigBlocks.isConfigBlock(block)) {
          blocks.add(block);
        }
      }
    } catch (EOFException e) {
      return blocks;
    }
  }
}
