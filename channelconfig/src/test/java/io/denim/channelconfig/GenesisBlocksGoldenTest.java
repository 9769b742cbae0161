package io.denim.channelconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// First blocks made from profiles, compared with those that the real `configtxgen` made from the
/// same profiles and keys.
class GenesisBlocksGoldenTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;

  @Test
  void aRaftChannelEqualsTheOneOfConfigtxgen() throws Exception {
    assertSame("raft-v25", raftYaml());
  }

  @Test
  void aBftChannelEqualsTheOneOfConfigtxgen() throws Exception {
    assertSame("bft-v30", bftYaml());
  }

  @Test
  void theBlockAroundTheConfigurationHasConfigtxgensForm() throws Exception {
    Block golden = golden("raft-v25");
    Block made = GenesisBlocks.of("ch", profile(raftYaml()), () -> NOW);
    assertThat(made.getMetadata()).isEqualTo(golden.getMetadata());
    assertThat(made.getHeader().getNumber()).isZero();
    assertThat(made.getHeader().getPreviousHash()).isEmpty();
    var header = ConfigBlocks.headerOf(ConfigBlocks.firstEnvelope(made));
    var expected = ConfigBlocks.headerOf(ConfigBlocks.firstEnvelope(golden));
    assertThat(header)
        .isEqualTo(
            expected.toBuilder()
                .setTxId(header.getTxId())
                .setTimestamp(header.getTimestamp())
                .build());
    assertThat(header.getTimestamp().getSeconds()).isEqualTo(NOW.getEpochSecond());
    assertThat(header.getTxId()).hasSize(64);
    assertThat(ConfigBlocks.isConfigBlock(made)).isTrue();
  }

  @Test
  void anEnvironmentVariableOverridesTheProfile() throws Exception {
    write(raftYaml());
    var yaml =
        ConfigtxYaml.load(
            folder, Map.of("CONFIGTX_PROFILES_TEST_ORDERER_BATCHSIZE_MAXMESSAGECOUNT", "77"));
    assertThat(yaml.profile("Test").orderer().orElseThrow().batch().size().maxMessageCount())
        .isEqualTo(77);
  }

  @Test
  void aMisspeltKeyIsRefused() throws Exception {
    write(raftYaml().replace("BatchTimeout", "BatchTimeOut2"));
    assertThatThrownBy(() -> ConfigtxYaml.load(folder, Map.of()))
        .isInstanceOf(ChannelConfigException.class)
        .hasMessageContaining("invalid keys: BatchTimeOut2");
  }

  private void assertSame(String name, String yaml) throws Exception {
    ConfigGroup expected = ConfigBlocks.configOf(golden(name)).getConfig().getChannelGroup();
    ConfigGroup made = GenesisBlocks.channelGroup(profile(yaml));
    SortedMap<String, ConfigElement> expectedElements =
        new TreeMap<>(ConfigTree.of(Optional.of(expected)).elements());
    SortedMap<String, ConfigElement> elements =
        new TreeMap<>(ConfigTree.of(Optional.of(made)).elements());
    assertThat(elements.keySet()).isEqualTo(expectedElements.keySet());
    for (String element : elements.keySet()) {
      if (!(elements.get(element) instanceof ConfigElement.Group)) {
        assertThat(elements.get(element)).as(element).isEqualTo(expectedElements.get(element));
      }
    }
    assertThat(made).isEqualTo(expected);
  }

  private ProfileSpec profile(String yaml) throws IOException, ChannelConfigException {
    write(yaml);
    return ConfigtxYaml.load(folder, Map.of()).profile("Test");
  }

  private void write(String yaml) throws IOException {
    Files.writeString(folder.resolve("configtx.yaml"), yaml);
  }

  private static Block golden(String name) throws IOException {
    return Block.parseFrom(Files.readAllBytes(GoldenChain.folder(name).resolve("genesis.block")));
  }

  private String raftYaml() {
    Path crypto = folder.toAbsolutePath().relativize(GoldenChain.folder("raft-v25/crypto"));
    String tls = crypto + "/ordererOrganizations/example.com/orderers/orderer0.example.com/tls/";
    return organizations(crypto, 17_600, "127.0.0.1:17000")
        + profile(
            "V2_0",
            """
                OrdererType: etcdraft
                EtcdRaft:
                  Consenters:
                    - Host: 127.0.0.1
                      Port: 17000
                      ClientTLSCert: %sserver.crt
                      ServerTLSCert: %sserver.crt
            """
                .formatted(tls, tls));
  }

  private String bftYaml() {
    Path crypto = folder.toAbsolutePath().relativize(GoldenChain.folder("bft-v30/crypto"));
    var consenters = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      String node =
          crypto + "/ordererOrganizations/example.com/orderers/orderer" + i + ".example.com/";
      consenters.append(
          """
                  - ID: %d
                    Host: 127.0.0.1
                    Port: %d
                    MSPID: OrdererMSP
                    Identity: %smsp/signcerts/orderer%d.example.com-cert.pem
                    ClientTLSCert: %stls/server.crt
                    ServerTLSCert: %stls/server.crt
          """
              .formatted(i + 1, 20_000 + 10 * i, node, i, node, node));
    }
    return organizations(
            crypto, 20_600, "127.0.0.1:20000, 127.0.0.1:20010, 127.0.0.1:20020, 127.0.0.1:20030")
        + profile(
            "V3_0",
            """
                OrdererType: BFT
                SmartBFT:
                  RequestBatchMaxCount: 10
                  RequestBatchMaxInterval: 50ms
                  RequestForwardTimeout: 2s
                  RequestComplainTimeout: 20s
                  RequestAutoRemoveTimeout: 3m0s
                  ViewChangeResendInterval: 5s
                  ViewChangeTimeout: 20s
                  LeaderHeartbeatTimeout: 1m0s
                  CollectTimeout: 1s
                  RequestBatchMaxBytes: 10485760
                  IncomingMessageBufferSize: 200
                  RequestPoolSize: 100000
                  LeaderHeartbeatCount: 10
                ConsenterMapping:
            """
                + consenters);
  }

  private static String organizations(Path crypto, int firstAnchor, String endpoints) {
    var text = new StringBuilder("Organizations:\n");
    text.append(
        """
          - &OrdererOrg
            Name: OrdererOrg
            ID: OrdererMSP
            MSPDir: %s/ordererOrganizations/example.com/msp
            Policies:
              Readers: {Type: Signature, Rule: "OR('OrdererMSP.member')"}
              Writers: {Type: Signature, Rule: "OR('OrdererMSP.member')"}
              Admins: {Type: Signature, Rule: "OR('OrdererMSP.admin')"}
            OrdererEndpoints: ["%s"]
        """
            .formatted(crypto, endpoints.replace(", ", "\", \"")));
    for (int i = 1; i <= 3; i++) {
      text.append(
          """
            - &Org%1$d
              Name: Org%1$dMSP
              ID: Org%1$dMSP
              MSPDir: %2$s/peerOrganizations/org%1$d.example.com/msp
              Policies:
                Readers:
                  Type: Signature
                  Rule: "OR('Org%1$dMSP.admin', 'Org%1$dMSP.peer', 'Org%1$dMSP.client')"
                Writers: {Type: Signature, Rule: "OR('Org%1$dMSP.admin', 'Org%1$dMSP.client')"}
                Admins: {Type: Signature, Rule: "OR('Org%1$dMSP.admin')"}
                Endorsement: {Type: Signature, Rule: "OR('Org%1$dMSP.peer')"}
              AnchorPeers:
                - Host: 127.0.0.1
                  Port: %3$d
          """
              .formatted(i, crypto, firstAnchor + 100 * (i - 1)));
    }
    return text.toString();
  }

  private static String profile(String channelCapability, String ordering) {
    return """
    Capabilities:
      Channel: &ChannelCapabilities
        %s: true
    Channel: &ChannelDefaults
      Policies: &Implicit
        Readers: {Type: ImplicitMeta, Rule: "ANY Readers"}
        Writers: {Type: ImplicitMeta, Rule: "ANY Writers"}
        Admins: {Type: ImplicitMeta, Rule: "MAJORITY Admins"}
      Capabilities:
        <<: *ChannelCapabilities
    Orderer: &OrdererDefaults
      BatchTimeout: 300ms
      BatchSize:
        MaxMessageCount: 10
        AbsoluteMaxBytes: 99 MB
        PreferredMaxBytes: 2 MB
      Organizations:
      Policies:
        <<: *Implicit
        BlockValidation: {Type: ImplicitMeta, Rule: "ANY Writers"}
      Capabilities:
        V2_0: true
        V9_9: false
    Profiles:
      Test:
        <<: *ChannelDefaults
        Orderer:
          <<: *OrdererDefaults
          Organizations:
            - *OrdererOrg
    %s    Application:
          Organizations:
            - *Org1
            - *Org2
            - *Org3
          Policies:
            <<: *Implicit
            LifecycleEndorsement: {Type: ImplicitMeta, Rule: "MAJORITY Endorsement"}
            Endorsement: {Type: ImplicitMeta, Rule: "MAJORITY Endorsement"}
          Capabilities:
            V2_5: true
    """
        .formatted(channelCapability, ordering.indent(2));
  }
}
