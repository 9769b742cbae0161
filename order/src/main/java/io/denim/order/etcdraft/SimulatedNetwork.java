package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import io.denim.identity.Cryptogen;
import io.denim.identity.SignatureVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.orderer.ConsensusType;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// What simulated channels are made from: real configurations of up to some orderers with real
/// certificates, made once. Who may change a configuration is not asked. Used by one thread.
final class SimulatedNetwork {
  static final String CHANNEL = "ch";
  static final int CERTIFICATES = 12;
  static final Duration BATCH_TIMEOUT = Duration.ofMillis(300);
  private static final int MAX_CONFIGS = 500;
  private static final int SNAPSHOT_BYTES = 6_000;

  private final SignatureVerifier verifier = SignatureVerifier.create();
  private final List<ByteString> certificates = new ArrayList<>();
  private final Map<Integer, Block> genesis = new LinkedHashMap<>();
  private final Map<ByteString, ChannelConfig> configs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, ChannelConfig> eldest) {
          return size() > MAX_CONFIGS;
        }
      };

  /// @param folder for keys and certificates
  SimulatedNetwork(Path folder) throws IOException {
    InstantSource clock = InstantSource.fixed(Instant.now().minusSeconds(60));
    Cryptogen.generate(
        folder,
        List.of(Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 1, 0)),
        List.of(
            Cryptogen.OrganizationSpec.of("Orderer", "example.com", "orderer", CERTIFICATES, 0)),
        clock);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < CERTIFICATES; i++) {
      Path file =
          folder.resolve(
              "ordererOrganizations/example.com/orderers/orderer"
                  + i
                  + ".example.com/tls/server.crt");
      files.add(file);
      certificates.add(ByteString.copyFrom(Files.readAllBytes(file)));
    }
    try {
      for (int size = 1; size <= 5; size++) {
        List<Path> first = files.subList(0, size);
        genesis.put(size, GenesisBlocks.of(CHANNEL, profile(folder, first), clock));
      }
    } catch (ChannelConfigException e) {
      throw new IllegalStateException("a simulated configuration is not usable", e);
    }
  }

  Block genesis(int size) {
    Block block = genesis.get(size);
    if (block == null) {
      throw new IllegalArgumentException("no simulation of " + size + " nodes");
    }
    return block;
  }

  ByteString certificate(int number) {
    return certificates.get(number % CERTIFICATES);
  }

  ChannelConfig config(Block block) {
    ByteString key = block.getData().getData(0);
    ChannelConfig known = configs.get(key);
    if (known == null) {
      try {
        known = ChannelConfig.ofBlock(block, verifier);
      } catch (ChannelConfigException e) {
        throw new IllegalStateException("a simulated configuration is not usable", e);
      }
      configs.put(key, known);
    }
    return known;
  }

  static ConfigMetadata metadata(ChannelConfig config) {
    try {
      return ConfigMetadata.parseFrom(config.orderer().orElseThrow().consensus().metadata());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a simulated configuration does not parse", e);
    }
  }

  /// A message with the configuration that has other consenters.
  ///
  /// @param nonce tells it from another with the same content
  static Envelope withConsenters(ChannelConfig current, List<Consenter> consenters, long nonce) {
    ConfigGroup channel = current.config().getChannelGroup();
    ConfigGroup orderer = channel.getGroupsOrThrow("Orderer");
    ConfigValue value = orderer.getValuesOrThrow("ConsensusType");
    ConfigMetadata metadata =
        metadata(current).toBuilder().clearConsenters().addAllConsenters(consenters).build();
    ConsensusType type =
        ConsensusType.newBuilder().setType("etcdraft").setMetadata(metadata.toByteString()).build();
    Config next =
        Config.newBuilder()
            .setSequence(current.sequence() + 1)
            .setChannelGroup(
                channel.toBuilder()
                    .putGroups(
                        "Orderer",
                        orderer.toBuilder()
                            .putValues(
                                "ConsensusType",
                                value.toBuilder().setValue(type.toByteString()).build())
                            .build()))
            .build();
    Envelope update =
        Envelope.newBuilder().setPayload(ByteString.copyFromUtf8("update " + nonce)).build();
    return envelope(
        HeaderType.CONFIG,
        ConfigEnvelope.newBuilder().setConfig(next).setLastUpdate(update).build().toByteString());
  }

  static boolean isConfig(Envelope envelope) {
    try {
      Payload payload = Payload.parseFrom(envelope.getPayload());
      return ChannelHeader.parseFrom(payload.getHeader().getChannelHeader()).getType()
          == HeaderType.CONFIG_VALUE;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a simulated envelope does not parse", e);
    }
  }

  static Envelope envelope(HeaderType type, ByteString data) {
    ByteString header =
        ChannelHeader.newBuilder()
            .setType(type.getNumber())
            .setChannelId(CHANNEL)
            .build()
            .toByteString();
    return Envelope.newBuilder()
        .setPayload(
            Payload.newBuilder()
                .setHeader(Header.newBuilder().setChannelHeader(header))
                .setData(data)
                .build()
                .toByteString())
        .build();
  }

  private static ProfileSpec profile(Path folder, List<Path> certificates) {
    List<ProfileSpec.RaftConsenter> consenters = new ArrayList<>();
    for (int i = 0; i < certificates.size(); i++) {
      consenters.add(
          new ProfileSpec.RaftConsenter(
              "orderer" + i + ".example.com", 7050, certificates.get(i), certificates.get(i)));
    }
    var options =
        ProfileSpec.Raft.CUSTOMARY_OPTIONS.toBuilder()
            .setTickInterval("100ms")
            .setSnapshotIntervalSize(SNAPSHOT_BYTES)
            .build();
    var orderer =
        new ProfileSpec.Orderer(
            new ProfileSpec.Raft(consenters, options),
            new ProfileSpec.Batch(BATCH_TIMEOUT, new BatchSize(3, 10 << 20, 1_000)),
            List.of(),
            0,
            List.of(
                organization(
                    folder, "OrdererOrg", "OrdererMSP", "ordererOrganizations/example.com")),
            Set.of("V2_0"),
            ProfileSpec.Orderer.customaryPolicies());
    var application =
        new ProfileSpec.Application(
            List.of(organization(folder, "Org1", "Org1MSP", "peerOrganizations/org1.example.com")),
            Set.of("V2_5"),
            ProfileSpec.PolicyRule.ofLevel(),
            Map.of());
    return ProfileSpec.of(orderer, application, Set.of("V2_0"));
  }

  private static ProfileSpec.Organization organization(
      Path folder, String name, String mspId, String path) {
    var member = ProfileSpec.PolicyRule.signature("OR('" + mspId + ".member')");
    return new ProfileSpec.Organization(
        name,
        mspId,
        folder.resolve(path).resolve("msp"),
        Map.of("Readers", member, "Writers", member, "Admins", member),
        List.of(),
        List.of("127.0.0.1:7050"),
        false);
  }
}
