package io.denim.peer;

import io.denim.node.Settings;
import java.util.List;
import java.util.Map;

/// `peer.handlers`: which checks proposals pass, and who endorses and validates (fabric v3.1.5
/// core/handlers/library). The built-in ones always run. Libraries are Go plugins, which cannot be
/// loaded here; a peer that left out a check its operator wrote would be unsafe, so it says so and
/// does not start.
final class Handlers {
  private static final List<String> LISTS =
      List.of("peer.handlers.authFilters", "peer.handlers.decorators");
  private static final List<String> TABLES =
      List.of("peer.handlers.endorsers", "peer.handlers.validators");
  private static final String EXPECTED =
      "no library (Go plugins cannot be loaded; the built-in handlers always run)";

  private Handlers() {}

  static void check(Settings settings) {
    for (String list : LISTS) {
      for (Map<String, Object> handler : settings.tables(list)) {
        Object library = handler.get("library");
        if (library != null && !library.toString().isEmpty()) {
          settings.problem(list, library, EXPECTED);
        }
      }
    }
    for (String table : TABLES) {
      settings
          .below(table)
          .forEach((name, value) -> {
            if (name.endsWith("library") && !value.isEmpty()) {
              settings.problem(table + "." + name, value, EXPECTED);
            }
          });
    }
  }
}
