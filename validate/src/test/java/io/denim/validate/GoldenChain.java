package io.denim.validate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.hyperledger.fabric.protos.common.Block;

/// One of the chains in testdata/golden; its README tells what the files hold.
record GoldenChain(Path directory, List<Block> blocks, JsonNode expected) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static GoldenChain load(String name) {
    Path directory = golden().resolve(name);
    try {
      return new GoldenChain(
          directory, blocks(directory), JSON.readTree(directory.resolve("expected.json").toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// This chain with the mutated transactions behind it; testdata/mutated/README.md tells of them.
  GoldenChain mutated() {
    Path more = golden().resolveSibling("mutated").resolve(directory.getFileName());
    try {
      List<Block> all = new ArrayList<>(blocks);
      all.addAll(blocks(more));
      ObjectNode both = expected.deepCopy();
      both.withArray("blocks")
          .addAll((ArrayNode) JSON.readTree(more.resolve("expected.json").toFile()).get("blocks"));
      return new GoldenChain(directory, all, both);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path golden() {
    return Path.of(System.getProperty("denim.testdata"), "golden");
  }

  private static List<Block> blocks(Path directory) throws IOException {
    List<Block> blocks = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(gunzip(directory.resolve("blocks.gz")))) {
      while (true) {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        blocks.add(Block.parseFrom(bytes));
      }
    } catch (EOFException e) {
      return blocks;
    }
  }

  private static InputStream gunzip(Path path) throws IOException {
    return new java.io.BufferedInputStream(new GZIPInputStream(Files.newInputStream(path)));
  }

  String channel() {
    return expected.get("channel").asText();
  }

  JsonNode block(int number) {
    return expected.get("blocks").get(number);
  }

  JsonNode json(String file) {
    try (InputStream in =
        file.endsWith(".gz")
            ? gunzip(directory.resolve(file))
            : Files.newInputStream(directory.resolve(file))) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ByteString hex(JsonNode text) {
    return ByteString.copyFrom(HexFormat.of().parseHex(text.asText()));
  }
}
