package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.SignatureVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The golden channel's consenters with one of them moved to another address.
class RaftConfigRulesTest {
  private static final Path GENESIS =
      Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25", "genesis.block");

  @ParameterizedTest
  @CsvSource({"'', 7050", "' ', 7050", "orderer, 0", "orderer, 65536", "orderer, -1"})
  void aConsenterThatNobodyCanDialIsRefused(String host, int port) throws Exception {
    ConfigMetadata.Builder moved = metadata().toBuilder();
    moved.getConsentersBuilder(0).setHost(host).setPort(port);
    assertThat(RaftConfigRules.metadataProblem(moved.build(), config()))
        .hasValueSatisfying(problem ->
            assertThat(problem)
                .contains(host + ":" + Integer.toUnsignedString(port))
                .contains("cannot be dialled"));
  }

  @Test
  void namesWithUnderscoresAreAllowed() throws Exception {
    ConfigMetadata.Builder moved = metadata().toBuilder();
    moved.getConsentersBuilder(0).setHost("my_orderer").setPort(65_535);
    assertThat(RaftConfigRules.metadataProblem(moved.build(), config())).isEmpty();
  }

  private static ConfigMetadata metadata() throws Exception {
    return ConfigMetadata.parseFrom(config().orderer().orElseThrow().consensus().metadata());
  }

  private static ChannelConfig config() throws Exception {
    return ChannelConfig.ofBlock(
        Block.parseFrom(Files.readAllBytes(GENESIS)), SignatureVerifier.create());
  }
}
