package io.denim.channelconfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.hyperledger.fabric.protos.common.Block;

/// A chain of blocks that real nodes made and judged.
record GoldenChain(Path folder, List<Block> blocks, JsonNode expected) {
  static GoldenChain load(String name) throws IOException {
    Path folder = folder(name);
    List<Block> blocks = new ArrayList<>();
    try (var in =
        new DataInputStream(
            new BufferedInputStream(
                new GZIPInputStream(Files.newInputStream(folder.resolve("blocks.gz")))))) {
      while (true) {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        blocks.add(Block.parseFrom(bytes));
      }
    } catch (EOFException e) {
      // the last block was read
    }
    return new GoldenChain(folder, blocks, json(folder.resolve("expected.json")));
  }

  static Path folder(String name) {
    return Path.of(System.getProperty("denim.testdata"), "golden", name);
  }

  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  /// The verdict on a transaction.
  String code(Block block, int transaction) {
    return expected
        .get("blocks")
        .get((int) block.getHeader().getNumber())
        .get("txs")
        .get(transaction)
        .get("code")
        .asText();
  }
}
