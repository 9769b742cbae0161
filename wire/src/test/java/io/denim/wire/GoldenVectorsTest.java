package io.denim.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Hashes and ids of chains that Fabric's own nodes made.
class GoldenVectorsTest {
  static Stream<JsonNode> blockHeaders() throws IOException {
    return vectors("block_header_hash");
  }

  @ParameterizedTest
  @MethodSource("blockHeaders")
  void headerHash(JsonNode vector) throws IOException {
    BlockHeader header = BlockHeader.parseFrom(hex(vector, "header_protobuf_hex"));

    assertThat(BlockHash.headerBytes(header)).isEqualTo(hex(vector, "header_der_hex"));
    assertThat(BlockHash.ofHeader(header)).isEqualTo(hex(vector, "header_hash"));
  }

  static Stream<JsonNode> blockData() throws IOException {
    return vectors("data_hash");
  }

  @ParameterizedTest
  @MethodSource("blockData")
  void dataHash(JsonNode vector) {
    BlockData.Builder data = BlockData.newBuilder();
    vector.get("transactions_hex").forEach(tx -> data.addData(ByteString.fromHex(tx.asText())));

    assertThat(BlockHash.ofData(data.build())).isEqualTo(hex(vector, "data_hash"));
  }

  static Stream<JsonNode> transactionIds() throws IOException {
    return vectors("txid");
  }

  @ParameterizedTest
  @MethodSource("transactionIds")
  void transactionId(JsonNode vector) {
    assertThat(TransactionId.of(hex(vector, "nonce_hex"), hex(vector, "creator_hex")))
        .isEqualTo(vector.get("txid").asText());
  }

  private static ByteString hex(JsonNode vector, String field) {
    return ByteString.copyFrom(HexFormat.of().parseHex(vector.get(field).asText()));
  }

  private static Stream<JsonNode> vectors(String name) throws IOException {
    Path file = Path.of(System.getProperty("denim.testdata"), "golden/vectors", name + ".json");
    JsonNode vectors = new ObjectMapper().readTree(file.toFile()).get("vectors");
    return StreamSupport.stream(vectors.spliterator(), false);
  }
}
