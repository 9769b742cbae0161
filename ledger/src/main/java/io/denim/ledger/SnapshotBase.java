package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.common.BootstrappingSnapshotInfo;

/// Where a chain that was made of a snapshot begins: its blocks up to here are not in its files
/// (fabric v3.1.5 common/ledger/blkstorage/blockfile_mgr.go).
///
/// @param commitHash of the last block; empty where the chain has none
record SnapshotBase(
    long lastBlock, ByteString lastHash, ByteString previousHash, ByteString commitHash) {
  private static final String FILE = "bootstrappingSnapshot.info";
  private static final int LAST_BLOCK = 1;
  private static final int LAST_HASH = 2;
  private static final int PREVIOUS_HASH = 3;

  BlockchainInfo info() {
    return BlockchainInfo.newBuilder()
        .setHeight(lastBlock + 1)
        .setCurrentBlockHash(lastHash)
        .setPreviousBlockHash(previousHash)
        .setBootstrappingSnapshotInfo(
            BootstrappingSnapshotInfo.newBuilder().setLastBlockInSnapshot(lastBlock))
        .build();
  }

  byte[] encode() {
    return new DatabaseKey()
        .number(lastBlock)
        .number(lastHash.size())
        .bytes(lastHash)
        .number(previousHash.size())
        .bytes(previousHash)
        .bytes(commitHash)
        .build();
  }

  static SnapshotBase decode(byte[] bytes) {
    DatabaseKey.Parts parts = new DatabaseKey.Parts(bytes);
    long lastBlock = parts.number();
    ByteString lastHash = parts.bytes((int) parts.number());
    ByteString previousHash = parts.bytes((int) parts.number());
    return new SnapshotBase(lastBlock, lastHash, previousHash, parts.rest());
  }

  /// Whether a chain's block files begin behind a snapshot.
  static boolean isMarked(Path blocks) {
    return Files.exists(blocks.resolve(FILE));
  }

  /// Marks a chain's directory with the file that a Fabric peer puts there, as the last step of
  /// making the chain.
  void mark(Path blocks) throws IOException {
    Path working = blocks.resolve("bootstrappingSnapshotTemp.info");
    try (var file = Files.newOutputStream(working)) {
      CodedOutputStream out = CodedOutputStream.newInstance(file);
      out.writeUInt64(LAST_BLOCK, lastBlock);
      out.writeBytes(LAST_HASH, lastHash);
      out.writeBytes(PREVIOUS_HASH, previousHash);
      out.flush();
    }
    Files.move(working, blocks.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    BlockFiles.syncDirectory(blocks);
  }
}
