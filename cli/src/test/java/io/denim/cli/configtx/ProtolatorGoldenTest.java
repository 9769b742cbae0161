package io.denim.cli.configtx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.channelconfig.ConfigUpdates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtolatorGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Block genesis(String chain) throws Exception {
    String root = System.getProperty("denim.testdata");
    return Block.parseFrom(Files.readAllBytes(Path.of(root, "golden", chain, "genesis.block")));
  }

  private static Config config(String chain) throws Exception {
    return ConfigBlocks.configOf(genesis(chain)).getConfig();
  }

  private static Message read(String json, Message prototype) throws Exception {
    return ProtolatorReader.decode(json.getBytes(StandardCharsets.UTF_8), prototype);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft-v25", "bft-v30"})
  void whatIsWrittenReadsBackTheSame(String chain) throws Exception {
    String json = ProtolatorJson.encode(genesis(chain));

    Message again = read(json, Block.getDefaultInstance());

    assertThat(ProtolatorJson.encode(again)).isEqualTo(json);
    // The configuration itself, whose maps the block may have in another order.
    Message config = read(ProtolatorJson.encode(config(chain)), Config.getDefaultInstance());
    assertThat(config).isEqualTo(config(chain));
  }

  @Test
  void theBytesOfValuesAreOpenedByTheirPlace() throws Exception {
    JsonNode json = JSON.readTree(ProtolatorJson.encode(genesis("raft-v25")));

    JsonNode group = json.at("/data/data/0/payload/data/config/channel_group/groups/Orderer");
    assertThat(group.at("/values/ConsensusType/value/type").asText()).isEqualTo("etcdraft");
    assertThat(group.at("/values/ConsensusType/value/metadata/consenters").isArray()).isTrue();
    assertThat(group.at("/values/ConsensusType/value/metadata/consenters/0/port").asInt())
        .isPositive();
    assertThat(group.at("/policies/Admins/policy/value/rule").isTextual()).isTrue();
    assertThat(group.at("/version").asText()).isEqualTo("0");
  }

  @Test
  void anEditedConfigurationGivesItsUpdate() throws Exception {
    Config original = config("raft-v25");
    String edited =
        ProtolatorJson.encode(original)
            .replaceFirst("\"max_message_count\": \\d+", "\"max_message_count\": 77");

    Config updated = Config.parseFrom(read(edited, Config.getDefaultInstance()).toByteString());
    ConfigUpdate update = ConfigUpdates.compute(original, updated);

    assertThat(update.getWriteSet().getGroupsOrThrow("Orderer").getValuesMap())
        .containsOnlyKeys("BatchSize");
  }

  @Test
  void namesThatAreNoFieldsAreRefused() {
    assertThatThrownBy(() -> read("{\"sequense\": \"1\"}", Config.getDefaultInstance()))
        .hasMessageContaining("unknown field \"sequense\"");
    assertThatThrownBy(() ->
            read(
                "{\"channel_group\":{\"values\":{\"Colour\":{\"value\":{\"name\":\"x\"}}}}}",
                Config.getDefaultInstance()))
        .hasMessageContaining("has no value by the name Colour");
  }
}
