package io.denim.peer;

import io.denim.ledger.BlockFileReader;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.hyperledger.fabric.protos.common.Block;

/// A chain of blocks that was committed somewhere, with the verdicts of whoever committed it in the
/// blocks' metadata. Read once, in order, by one thread; nothing is written to where it lies.
public interface RecordedChain extends AutoCloseable {
  /// The next block, the genesis block first; empty at the end.
  ///
  /// @throws IOException if the next bytes are no block
  Optional<Block> next() throws IOException;

  @Override
  void close() throws IOException;

  /// Opens what lies at a path: a folder with `blocks.gz` (blocks as serialized, each with four
  /// bytes of length before), a folder with block files, or a peer's directory, by its
  /// `ledgersData` or the folder above.
  ///
  /// @param channelId needed for a peer's directory with several channels, else empty
  /// @throws IOException if nothing of the kind is there
  static RecordedChain open(Path path, Optional<String> channelId) throws IOException {
    if (Files.exists(path.resolve("blocks.gz"))) {
      return new Delivered(path.resolve("blocks.gz"));
    }
    return new Stored(BlockFileReader.open(blockFiles(path, channelId)));
  }

  private static Path blockFiles(Path path, Optional<String> channelId) throws IOException {
    for (String below : List.of("", "ledgersData/chains/chains", "chains/chains", "chains")) {
      Path folder = path.resolve(below);
      if (channelId.isPresent() && hasBlocks(folder.resolve(channelId.get()))) {
        return folder.resolve(channelId.get());
      }
      if (channelId.isEmpty() && hasBlocks(folder)) {
        return folder;
      }
      List<Path> chains = chains(folder);
      if (channelId.isEmpty() && chains.size() == 1) {
        return chains.getFirst();
      }
      if (channelId.isEmpty() && chains.size() > 1) {
        throw new IOException(
            path
                + " holds several channels, one of which has to be named: "
                + String.join(
                    ", ", chains.stream().map(chain -> chain.getFileName().toString()).toList()));
      }
    }
    throw new IOException(
        "no chain"
            + channelId.map(id -> " of channel " + id).orElse("")
            + " in "
            + path
            + ": neither blocks.gz nor block files (blockfile_000000) nor a peer's ledgersData");
  }

  private static boolean hasBlocks(Path folder) {
    return Files.exists(folder.resolve("blockfile_000000"));
  }

  private static List<Path> chains(Path folder) throws IOException {
    List<Path> chains = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
        for (Path each : found) {
          if (hasBlocks(each)) {
            chains.add(each);
          }
        }
      }
    }
    chains.sort(null);
    return chains;
  }

  /// Blocks as a peer delivered them, in one compressed file.
  final class Delivered implements RecordedChain {
    private static final int MOST_BYTES = 512 << 20;

    private final DataInputStream in;

    Delivered(Path file) throws IOException {
      InputStream raw = Files.newInputStream(file);
      this.in = new DataInputStream(new BufferedInputStream(new GZIPInputStream(raw, 1 << 16)));
    }

    @Override
    public Optional<Block> next() throws IOException {
      int length;
      try {
        length = in.readInt();
      } catch (EOFException e) {
        return Optional.empty();
      }
      if (length < 0 || length > MOST_BYTES) {
        throw new IOException("a block of " + length + " bytes is not possible");
      }
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("the file ends within a block");
      }
      return Optional.of(Block.parseFrom(bytes));
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /// Blocks in block files.
  record Stored(BlockFileReader reader) implements RecordedChain {
    @Override
    public Optional<Block> next() throws IOException {
      return reader.next();
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
