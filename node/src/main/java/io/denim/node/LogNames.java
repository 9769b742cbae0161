package io.denim.node;

import java.util.List;
import java.util.Map;

/// Translates between loggers' names here and in Fabric, so that a spec written for Fabric's nodes
/// reaches the rooms that do the same work.
final class LogNames {
  private static final String HOUSE = "io.denim.";

  /// Fabric's names by their longest known start.
  private static final Map<String, List<String>> ROOMS =
      Map.ofEntries(
          Map.entry("grpc", List.of("io.grpc")),
          Map.entry("comm", List.of("io.denim.wire")),
          Map.entry("core.comm", List.of("io.denim.wire")),
          Map.entry("msp", List.of("io.denim.identity")),
          Map.entry("policies", List.of("io.denim.policy")),
          Map.entry("cauthdsl", List.of("io.denim.policy")),
          Map.entry("common.channelconfig", List.of("io.denim.channelconfig")),
          Map.entry("common.configtx", List.of("io.denim.channelconfig")),
          Map.entry("common.capabilities", List.of("io.denim.channelconfig")),
          Map.entry("kvledger", List.of("io.denim.ledger")),
          Map.entry("blkstorage", List.of("io.denim.ledger")),
          Map.entry("lockbasedtxmgr", List.of("io.denim.ledger")),
          Map.entry("history", List.of("io.denim.ledger")),
          Map.entry("pvtdatastorage", List.of("io.denim.ledger")),
          Map.entry("transientstore", List.of("io.denim.ledger")),
          Map.entry("couchdb", List.of("io.denim.ledger")),
          Map.entry("statecouchdb", List.of("io.denim.ledger")),
          Map.entry("container", List.of("io.denim.chaincode")),
          Map.entry("endorser", List.of("io.denim.endorse")),
          Map.entry("committer", List.of("io.denim.validate", "io.denim.peer")),
          Map.entry("committer.txvalidator", List.of("io.denim.validate")),
          Map.entry("validation", List.of("io.denim.validate")),
          Map.entry("vscc", List.of("io.denim.validate")),
          Map.entry("common.deliver", List.of("io.denim.deliver")),
          Map.entry("discovery", List.of("io.denim.gateway")),
          Map.entry("orderer", List.of("io.denim.order", "io.denim.consensus")),
          Map.entry("orderer.consensus", List.of("io.denim.order", "io.denim.consensus")),
          Map.entry("cscc", List.of("io.denim.peer")),
          Map.entry("qscc", List.of("io.denim.peer")),
          Map.entry("operations", List.of("io.denim.node")));

  private LogNames() {}

  /// The loggers that a name of a spec stands for.
  static List<String> loggers(String specName) {
    String name = specName.endsWith(".") ? specName.substring(0, specName.length() - 1) : specName;
    for (String start = name; !start.isEmpty(); start = parent(start)) {
      List<String> rooms = ROOMS.get(start);
      if (rooms != null) {
        return rooms;
      }
    }
    return List.of(HOUSE + name, name);
  }

  /// What a log line shows: the room and the type.
  static String shown(String logger) {
    return logger.startsWith(HOUSE) ? logger.substring(HOUSE.length()) : logger;
  }

  private static String parent(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(0, dot);
  }
}
