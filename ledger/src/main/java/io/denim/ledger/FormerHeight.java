package io.denim.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many blocks a channel's ledger had before it was reset or rolled back, kept in Fabric's file
/// until it has as many again (fabric v3.1.5 core/ledger/kvledger/reset.go,
/// common/ledger/blkstorage/reset.go). The committing thread moves it on, any thread reads.
final class FormerHeight {
  private static final Logger LOG = LoggerFactory.getLogger(FormerHeight.class);
  private static final String FILE = "__preResetHeight";

  private final Path file;
  private volatile Optional<Long> height;

  private FormerHeight(Path file, Optional<Long> height) {
    this.file = file;
    this.height = height;
  }

  /// @param blocks the folder of the channel's block files
  static FormerHeight of(Path blocks) {
    Path file = blocks.resolve(FILE);
    try {
      return new FormerHeight(
          file, Files.exists(file) ? Optional.of(read(file)) : Optional.empty());
    } catch (IOException e) {
      throw new LedgerException("cannot read " + file + ": " + e, e);
    }
  }

  private static long read(Path file) throws IOException {
    try {
      return Long.parseUnsignedLong(Files.readString(file, StandardCharsets.UTF_8).strip());
    } catch (NumberFormatException e) {
      throw new LedgerException("the file " + file + " holds no height", e);
    }
  }

  /// Empty where the ledger was not cut, or has grown as high again.
  Optional<Long> height() {
    return height;
  }

  /// Notes a height that the ledger will lose, unless it was higher once.
  void note(long lost) throws IOException {
    if (height.isEmpty() || Long.compareUnsigned(height.get(), lost) < 0) {
      Files.writeString(file, Long.toUnsignedString(lost), StandardCharsets.UTF_8);
      height = Optional.of(lost);
    }
  }

  /// Is told how high the ledger is now.
  void reached(long now) {
    if (height.isEmpty() || Long.compareUnsigned(now, height.get()) < 0) {
      return;
    }
    height = Optional.empty();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("Cannot delete {}, which will be tried when the peer starts again: {}", file, e);
    }
  }
}
