package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.BlockHash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads block files from a place on to their end, at start-up. What lies behind the last whole
/// block was being written when the process or the machine stopped; it was never acknowledged and
/// is cut off. Used by one thread, before the files are open to others.
final class BlockFileScan {
  private static final Logger LOG = LoggerFactory.getLogger(BlockFileScan.class);

  private static final int MOST_UNSYNCED = 64;

  private final BlockFiles files;
  private final Visitor visitor;
  private Optional<BlockchainInfo> before;
  private @Nullable Block last;

  /// @param before the chain up to the scan's start; empty at its beginning
  /// @param visitor is given each whole block
  BlockFileScan(BlockFiles files, Optional<BlockchainInfo> before, Visitor visitor) {
    this.files = files;
    this.before = before;
    this.visitor = visitor;
  }

  /// @param file the number of the file to begin with
  /// @param offset where in it
  /// @return the last block that was found, if any was
  @Nullable Block run(int file, long offset) {
    try {
      long at = offset;
      for (int number = file; number <= files.lastFile(); number++) {
        long end = scan(number, at);
        if (end < files.size(number)) {
          refuseDamage(number, end);
          LOG.warn(
              "Cutting off {} bytes at {} of block file {} in {}, which are no whole block",
              files.size(number) - end,
              end,
              number,
              files.directory());
          files.cut(number, end);
        }
        at = 0;
      }
      return last;
    } catch (IOException e) {
      throw new LedgerException("cannot scan the block files in " + files.directory(), e);
    }
  }

  /// Where a file's rest cannot be what was being written when the process or the machine stopped,
  /// it is damage, and cutting it off would lose blocks: a file that is not the last was whole on
  /// disk before the next one began, and no more blocks than one group's are unsynced at a time.
  private void refuseDamage(int number, long at) throws IOException {
    boolean last = number == files.lastFile();
    if (!last || wholeBlocksAfter(number, at) > MOST_UNSYNCED) {
      throw new LedgerException(
          "%s is damaged at %d: what follows is not the next block, yet later ones are there; restore the file from a copy, or take the channel back to block %s"
              .formatted(
                  BlockFiles.path(files.directory(), number),
                  at,
                  before.map(info -> Long.toUnsignedString(info.getHeight() - 1)).orElse("0")));
    }
  }

  /// How many blocks in good order there are behind a place, counted as far as it matters.
  private int wholeBlocksAfter(int number, long offset) throws IOException {
    long size = files.size(number);
    int whole = 0;
    try (RandomAccessFile in =
        new RandomAccessFile(BlockFiles.path(files.directory(), number).toFile(), "r")) {
      in.seek(offset);
      while (in.getFilePointer() < size && whole <= MOST_UNSYNCED) {
        int length = readLength(in);
        if (length <= 0 || in.getFilePointer() + length > size) {
          return whole;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        whole += isWhole(bytes) ? 1 : 0;
      }
    }
    return whole;
  }

  private static boolean isWhole(byte[] bytes) {
    try {
      Block block = BlockFormat.parse(bytes);
      return block.getHeader().getDataHash().equals(BlockHash.ofData(block.getData()));
    } catch (IOException e) {
      return false;
    }
  }

  private long scan(int number, long offset) throws IOException {
    long size = files.size(number);
    long at = offset;
    try (RandomAccessFile in =
        new RandomAccessFile(BlockFiles.path(files.directory(), number).toFile(), "r")) {
      in.seek(at);
      while (at < size) {
        int length = readLength(in);
        long start = in.getFilePointer();
        if (length <= 0 || start + length > size) {
          return at;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        Block block = parseNext(bytes);
        if (block == null) {
          return at;
        }
        visitor.visit(block, BlockLocation.of(number, start, bytes, 0));
        last = block;
        before =
            Optional.of(
                BlockchainInfo.newBuilder()
                    .setHeight(block.getHeader().getNumber() + 1)
                    .setCurrentBlockHash(BlockHash.ofHeader(block.getHeader()))
                    .build());
        at = start + length;
      }
    }
    return at;
  }

  private @Nullable Block parseNext(byte[] bytes) {
    Block block;
    try {
      block = BlockFormat.parse(bytes);
    } catch (IOException e) {
      return null;
    }
    BlockHeader header = block.getHeader();
    boolean follows =
        before.isEmpty()
            || (header.getNumber() == before.get().getHeight()
                && header.getPreviousHash().equals(before.get().getCurrentBlockHash()));
    ByteString dataHash = block.getHeader().getDataHash();
    return follows && dataHash.equals(BlockHash.ofData(block.getData())) ? block : null;
  }

  /// Whether a file begins with a whole block.
  static boolean holdsBlock(Path file) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      int length = readLength(in);
      return length > 0 && in.getFilePointer() + length <= in.length();
    } catch (IOException e) {
      throw new LedgerException("cannot read the block file " + file + ": " + e, e);
    }
  }

  private static int readLength(RandomAccessFile in) throws IOException {
    long length = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = in.read();
      if (next < 0) {
        return -1;
      }
      length |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return length > Integer.MAX_VALUE ? -1 : (int) length;
      }
    }
    return -1;
  }

  /// Is given each whole block in order.
  interface Visitor {
    void visit(Block block, BlockLocation location);
  }
}
