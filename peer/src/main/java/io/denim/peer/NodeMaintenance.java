package io.denim.peer;

import io.denim.ledger.LedgerMaintenance;
import io.denim.ledger.LedgerOptions;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The `peer node` commands for a peer that is down (fabric v3.1.5 internal/peer/node).
final class NodeMaintenance {
  private static final Logger LOG = LoggerFactory.getLogger(NodeMaintenance.class);

  private NodeMaintenance() {}

  /// @param flags `-c` or `--channelID`, `-b` or `--blockNumber`
  /// @throws PeerException if the command or a flag is not known, or a flag is missing
  static void run(String command, List<String> flags, PeerSettings settings) throws PeerException {
    LedgerOptions ledgers = settings.chaincode().ledger().options(settings.directory());
    Arguments arguments = Arguments.parse(flags);
    switch (command) {
      case "reset" -> {
        LedgerMaintenance.reset(ledgers);
        LOG.info("All channel ledgers have been successfully reset to the genesis block");
      }
      case "rollback" -> {
        long block = arguments.blockNumber().orElse(0);
        LedgerMaintenance.rollback(ledgers, arguments.channel(), block);
        LOG.info(
            "The channel [{}] has been successfully rolled back to the block number [{}]",
            arguments.channel(),
            block);
      }
      case "rebuild-dbs" -> LedgerMaintenance.rebuildDatabases(ledgers);
      case "upgrade-dbs" -> LOG.info("The databases have the present format already");
      case "pause" -> {
        LedgerMaintenance.pause(ledgers, arguments.channel());
        LOG.info("The channel [{}] has been successfully paused", arguments.channel());
      }
      case "resume" -> {
        LedgerMaintenance.resume(ledgers, arguments.channel());
        LOG.info("The channel [{}] has been successfully resumed", arguments.channel());
      }
      case "unjoin" -> {
        LedgerMaintenance.unjoin(ledgers, arguments.channel());
        LOG.info("channel {} has been successfully unjoined", arguments.channel());
      }
      default -> throw new PeerException("unknown command \"" + command + "\" for \"peer node\"");
    }
  }

  /// @param channelId empty if none was given
  private record Arguments(String channelId, OptionalLong blockNumber) {
    static Arguments parse(List<String> flags) throws PeerException {
      String channelId = "";
      OptionalLong block = OptionalLong.empty();
      for (int i = 0; i < flags.size(); i++) {
        String[] parts = flags.get(i).split("=", 2);
        String value = parts.length == 2 ? parts[1] : "";
        if (parts.length < 2) {
          i++;
          if (i == flags.size()) {
            throw new PeerException("flag needs an argument: " + parts[0]);
          }
          value = flags.get(i);
        }
        switch (parts[0]) {
          case "-c", "--channelID" -> channelId = value;
          case "-b", "--blockNumber" -> block = OptionalLong.of(number(value));
          default -> throw new PeerException("unknown flag: " + parts[0]);
        }
      }
      return new Arguments(channelId, block);
    }

    private static long number(String text) throws PeerException {
      try {
        return Long.parseUnsignedLong(text);
      } catch (NumberFormatException e) {
        throw new PeerException("invalid argument \"" + text + "\" for \"--blockNumber\" flag");
      }
    }

    String channel() throws PeerException {
      if (channelId.isEmpty()) {
        throw new PeerException("Must supply channel ID");
      }
      return channelId;
    }
  }
}
