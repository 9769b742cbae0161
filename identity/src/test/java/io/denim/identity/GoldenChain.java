package io.denim.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Capabilities;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.MSPConfig;

/// A chain of testdata/golden: its blocks and real Fabric's verdicts.
record GoldenChain(String name, List<Block> blocks, JsonNode expected) {
  static GoldenChain read(String name) {
    Path folder = Path.of(System.getProperty("denim.testdata"), "golden", name);
    List<Block> blocks = new ArrayList<>();
    try (InputStream file = Files.newInputStream(folder.resolve("blocks.gz"));
        DataInputStream in = new DataInputStream(new GZIPInputStream(file, 1 << 16))) {
      while (true) {
        byte[] block;
        try {
          block = new byte[in.readInt()];
        } catch (EOFException e) {
          break;
        }
        in.readFully(block);
        blocks.add(Block.parseFrom(block));
      }
      JsonNode expected = new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
      return new GoldenChain(name, blocks, expected);
    } catch (IOException e) {
      throw new IllegalStateException("golden chain " + name, e);
    }
  }

  String channel() {
    return expected.get("channel").asText();
  }

  /// Fabric's verdict on a transaction.
  String code(int block, int transaction) {
    return expected.at("/blocks/" + block + "/txs/" + transaction + "/code").asText();
  }

  String testCase(int block, int transaction) {
    return expected.at("/blocks/" + block + "/txs/" + transaction + "/case").asText();
  }

  /// The MSPs of a config transaction.
  static MspManager msps(Payload config, SignatureVerifier verifier)
      throws InvalidProtocolBufferException, MspConfigException {
    ConfigGroup channel = ConfigEnvelope.parseFrom(config.getData()).getConfig().getChannelGroup();
    Capabilities capabilities =
        Capabilities.parseFrom(channel.getValuesOrThrow("Capabilities").getValue());
    MspVersion version =
        capabilities.containsCapabilities("V3_0") ? MspVersion.V3_0 : MspVersion.V1_4_3;
    List<Msp> msps = new ArrayList<>();
    for (ConfigGroup group : channel.getGroupsMap().values()) {
      for (ConfigGroup organization : group.getGroupsMap().values()) {
        ByteString value = organization.getValuesOrThrow("MSP").getValue();
        FabricMSPConfig config1 = FabricMSPConfig.parseFrom(MSPConfig.parseFrom(value).getConfig());
        msps.add(Msp.of(config1, version, verifier));
      }
    }
    return MspManager.of(msps);
  }

  static Payload payload(ByteString envelope) throws InvalidProtocolBufferException {
    return Payload.parseFrom(Envelope.parseFrom(envelope).getPayload());
  }
}
