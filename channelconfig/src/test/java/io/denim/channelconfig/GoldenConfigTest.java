package io.denim.channelconfig;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.denim.identity.SignatureVerifier;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The configurations of the golden chains: what real orderers and peers took is taken, and what
/// they refused is refused in their words.
class GoldenConfigTest {
  private static final String PREFIX = "error applying config update to existing channel 'ch': ";

  private final SignatureVerifier verifier = SignatureVerifier.create();

  @ParameterizedTest
  @CsvSource({"raft-v25, 14", "bft-v30, 2", "range-sbe, 0"})
  void everyConfigurationOfTheChainFollowsFromTheOneBefore(String name, int expectedToFollow)
      throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    ChannelConfig current = ChannelConfig.ofBlock(chain.blocks().getFirst(), verifier);
    int followed = 0;
    for (Block block : chain.blocks().subList(1, chain.blocks().size())) {
      if (!ConfigBlocks.isConfigBlock(block)) {
        continue;
      }
      ConfigEnvelope envelope = ConfigBlocks.configOf(block);
      ConfigUpdateOutcome outcome = ConfigUpdates.validate(current, envelope);
      String number = name + " block " + block.getHeader().getNumber();
      assertThat(outcome).as(number).isInstanceOf(ConfigUpdateOutcome.Authorized.class);
      ChannelConfig next = ChannelConfig.ofBlock(block, verifier);
      assertThat(ConfigTransitions.problem(current, next)).as(number).isEmpty();
      assertThat(next.sequence()).as(number).isEqualTo(current.sequence() + 1);
      current = next;
      followed++;
    }
    assertThat(followed).as(name).isEqualTo(expectedToFollow);
  }

  @Test
  void configurationsThatPeersFoundInvalidAreRefused() throws Exception {
    GoldenChain chain = GoldenChain.load("dishonest-orderer");
    ChannelConfig current = ChannelConfig.ofBlock(chain.blocks().getFirst(), verifier);
    int refused = 0;
    for (Block block : chain.blocks()) {
      for (int i = 0; i < block.getData().getDataCount(); i++) {
        if (chain.code(block, i).equals("INVALID_CONFIG_TRANSACTION")) {
          assertThat(refusal(current, Envelope.parseFrom(block.getData().getData(i))))
              .as("block %d transaction %d", block.getHeader().getNumber(), i)
              .isNotEmpty();
          refused++;
        }
      }
    }
    assertThat(refused).isEqualTo(6);
  }

  private static String refusal(ChannelConfig current, Envelope envelope) {
    try {
      return switch (ConfigUpdates.validate(current, ConfigBlocks.configOf(envelope))) {
        case ConfigUpdateOutcome.Refused(String reason) -> reason;
        case ConfigUpdateOutcome.Authorized authorized -> "";
      };
    } catch (ChannelConfigException e) {
      return e.getMessage();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft-v25", "bft-v30", "range-sbe", "dishonest-orderer"})
  void everyBlockIsSignedByTheOrderersOfItsTime(String name) throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    BlockVerifier blocks =
        BlockVerifier.of(ChannelConfig.ofBlock(chain.blocks().getFirst(), verifier));
    for (Block block : chain.blocks().subList(1, chain.blocks().size())) {
      String number = name + " block " + block.getHeader().getNumber();
      assertThat(blocks.problem(block)).as(number).isEmpty();
      Block changed =
          block.toBuilder()
              .setHeader(
                  block.getHeader().toBuilder().setPreviousHash(ByteString.copyFromUtf8("other")))
              .build();
      assertThat(blocks.problem(changed)).as(number).isPresent();
      if (ConfigBlocks.isConfigBlock(block) && chain.code(block, 0).equals("VALID")) {
        blocks = BlockVerifier.of(ChannelConfig.ofBlock(block, verifier));
      }
    }
  }

  @Test
  void aBlockWhoseDataWasExchangedIsRefused() throws Exception {
    GoldenChain chain = GoldenChain.load("bft-v30");
    BlockVerifier blocks =
        BlockVerifier.of(ChannelConfig.ofBlock(chain.blocks().getFirst(), verifier));
    Block exchanged =
        chain.blocks().get(1).toBuilder().setData(chain.blocks().get(2).getData()).build();
    assertThat(blocks.problem(exchanged))
        .hasValueSatisfying(text -> assertThat(text).contains("Header.DataHash is different"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft-v25", "bft-v30"})
  void whatOrderersRefusedIsRefusedInTheirWords(String name) throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    List<ChannelConfig> configs = new ArrayList<>();
    for (Block block : chain.blocks()) {
      if (ConfigBlocks.isConfigBlock(block) && chain.code(block, 0).equals("VALID")) {
        configs.add(ChannelConfig.ofBlock(block, verifier));
      }
    }
    for (JsonNode refused : GoldenChain.json(chain.folder().resolve("refused.json"))) {
      String info = refused.get("info").asText();
      if (!info.startsWith(PREFIX) || refused.get("envelope").isNull()) {
        continue;
      }
      Envelope update =
          Envelope.parseFrom(Base64.getDecoder().decode(refused.get("envelope").asText()));
      Set<String> reasons = new TreeSet<>();
      for (ChannelConfig config : configs) {
        ConfigProposals.Outcome outcome = ConfigProposals.propose(config, update, verifier);
        reasons.add(
            switch (outcome) {
              case ConfigProposals.Outcome.Refused(String reason) -> reason;
              case ConfigProposals.Outcome.Acceptable acceptable -> "accepted";
            });
      }
      // What is wrong with bytes that do not parse is told in more detail here.
      String expected =
          info.substring(PREFIX.length())
              .replaceFirst("\\[\\[[0-9 ]+]]", "[garbage]")
              .replaceFirst("(proto:|string field).*", "");
      // The one in force at the time is among them; the others differ in their versions.
      assertThat(reasons)
          .as(refused.get("case").asText())
          .anySatisfy(reason -> assertThat(reason).startsWith(expected));
    }
  }
}
