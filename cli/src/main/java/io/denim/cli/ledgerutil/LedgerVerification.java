package io.denim.cli.ledgerutil;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
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
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;

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
    Optional<String> malformed = malformed(block.getData());
    malformed.ifPresent(errors::add);
    if (malformed.isPresent()
        || !block.getHeader().getDataHash().equals(BlockHash.ofData(block.getData()))) {
      errors.add("DataHash mismatch");
    }
    if (!previous.isEmpty() && !block.getHeader().getPreviousHash().equals(previous)) {
      errors.add("PreviousHash mismatch");
    }
    return errors;
  }

  /// Other transactions with the same bytes all in all would have the same hash (fabric v3.1.5
  /// protoutil/blockutils.go).
  private static Optional<String> malformed(BlockData data) {
    if (data.getDataCount() == 0) {
      return Optional.of("empty block");
    }
    if (data.getDataCount() == 1 && isConfig(data.getData(0))) {
      return Optional.empty();
    }
    for (int i = 0; i < data.getDataCount(); i++) {
      Optional<String> reason = malformed(data.getData(i));
      if (reason.isPresent()) {
        return Optional.of("transaction " + i + reason.get());
      }
    }
    return Optional.empty();
  }

  private static boolean isConfig(ByteString transaction) {
    try {
      return ConfigBlocks.headerOf(Envelope.parseFrom(transaction)).getType()
          == HeaderType.CONFIG.getNumber();
    } catch (InvalidProtocolBufferException | ChannelConfigException e) {
      return false;
    }
  }

  private static Optional<String> malformed(ByteString transaction) {
    try {
      Envelope envelope = Envelope.parseFrom(transaction);
      ByteString expected = envelope.toByteString();
      if (envelope.getPayload().isEmpty()) {
        return Optional.of(" has no payload");
      }
      if (envelope.getSignature().isEmpty()) {
        return Optional.of(" has no signature");
      }
      if (expected.size() < transaction.size()) {
        return Optional.of(" has " + (transaction.size() - expected.size()) + " trailing bytes");
      }
      return expected.equals(transaction)
          ? Optional.empty()
          : Optional.of(" does not match its raw form");
    } catch (InvalidProtocolBufferException e) {
      return Optional.of(" is invalid: " + e.getMessage());
    }
  }
}
