package io.denim.order;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockStore;
import io.denim.wire.Blocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.Block;

/// Where an orderer keeps its channels' blocks: `chains` and `index` below one folder.
record ChannelFolders(Path directory) {
  BlockStore open(String channelId) {
    return BlockStore.open(chain(channelId), index(channelId));
  }

  /// The channels that have blocks here, sorted.
  List<String> channels() {
    Path chains = directory.resolve("chains");
    if (!Files.isDirectory(chains)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(chains)) {
      return found
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + chains, e);
    }
  }

  void delete(String channelId) {
    deleteTree(chain(channelId));
    deleteTree(index(channelId));
  }

  /// The configuration in force at a channel's newest block.
  ///
  /// @throws ChannelException if there is no block, or its configuration is not usable by orderers
  static ChannelConfig newestConfig(String channelId, BlockStore store, SignatureVerifier verifier)
      throws ChannelException {
    long height = store.height();
    if (height == 0) {
      throw invalid("channel " + channelId + " has no block on disk");
    }
    try {
      Block last = store.blockByNumber(height - 1).orElseThrow();
      Block configBlock =
          height == 1 || ConfigBlocks.isConfigBlock(last)
              ? last
              : store.blockByNumber(Blocks.lastConfigNumber(last)).orElseThrow();
      return ordererConfig(channelId, configBlock, verifier);
    } catch (InvalidProtocolBufferException e) {
      throw invalid("the newest block of channel " + channelId + " is damaged: " + e.getMessage());
    }
  }

  /// The configuration of a config block.
  ///
  /// @throws ChannelException if it is not usable by orderers
  static ChannelConfig ordererConfig(
      String channelId, Block configBlock, SignatureVerifier verifier) throws ChannelException {
    try {
      ChannelConfig config =
          ChannelConfig.of(channelId, ConfigBlocks.configOf(configBlock).getConfig(), verifier);
      if (config.orderer().isEmpty()) {
        throw invalid("channel " + channelId + " has no orderer section");
      }
      return config;
    } catch (ChannelConfigException e) {
      throw invalid(
          "the configuration of channel " + channelId + " is not usable: " + e.getMessage());
    }
  }

  private Path chain(String channelId) {
    return directory.resolve("chains").resolve(channelId);
  }

  private Path index(String channelId) {
    return directory.resolve("index").resolve(channelId);
  }

  private static ChannelException invalid(String message) {
    return new ChannelException(ChannelException.Kind.INVALID, message);
  }

  private static void deleteTree(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> found = Files.walk(root)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + root, e);
    }
  }
}
