package io.denim.cli.ledgerutil;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.ledger.LedgerException;
import io.denim.ledger.StoredBlocks;
import io.denim.wire.BlockHash;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// Compares the hashes in blocks' headers with what they are hashes of, and notes in `blocks.json`
/// where they differ (fabric v3.1.5 internal/ledgerutil/verify).
final class LedgerVerification {
  private LedgerVerification() {}

  /// Looks at all channels of a peer that is down.
  ///
  /// @return whether every block is as it should be
  /// @throws ClientException if a ledger cannot be read or the results not be written
  static boolean verify(Path peer, Path output) throws ClientException {
    try {
      Path chains = ResultFolder.chains(peer, "verify");
      boolean valid = true;
      for (String channel : ResultFolder.channels(chains)) {
        Path folder =
            ResultFolder.create(
                output, channel + "_verification_result", output.toString(), "verify");
        valid &= channel(chains.resolve(channel), folder.resolve("blocks.json"));
      }
      return valid;
    } catch (IOException | LedgerException e) {
      throw new ClientException("Verify Ledger Error:" + e.getMessage(), e);
    }
  }

  private static boolean channel(Path blocks, Path results) throws IOException {
    boolean valid = true;
    try (StoredBlocks stored = StoredBlocks.open(blocks);
        BufferedWriter out = Files.newBufferedWriter(results)) {
      out.write("[\n");
      ByteString previous = ByteString.EMPTY;
      long expected = -1;
      for (Optional<Block> next = stored.next(); next.isPresent(); next = stored.next()) {
        Block block = next.get();
        long number = block.getHeader().getNumber();
        if (expected >= 0 && number != expected) {
          throw new IOException(
              "The next block is expected to be " + expected + " but got " + number);
        }
        List<String> errors = errors(block, previous);
        if (!errors.isEmpty()) {
          out.write(valid ? "" : ",\n");
          out.write(
              "{\"blockNum\":"
                  + number
                  + ",\"valid\":false,\"errors\":[\""
                  + String.join("\",\"", errors)
                  + "\"]}\n");
          valid = false;
        }
        previous = BlockHash.ofHeader(block.getHeader());
        expected = number + 1;
      }
      out.write("]\n");
    }
    return valid;
  }

  private static List<String> errors(Block block, ByteString previous) {
    List<String> errors = new ArrayList<>();
    if (!block.getHeader().getDataHash().equals(BlockHash.ofData(block.getData()))) {
      errors.add("DataHash mismatch");
    }
    if (!previous.isEmpty() && !block.getHeader().getPreviousHash().equals(previous)) {
      errors.add("PreviousHash mismatch");
    }
    return errors;
  }
}
