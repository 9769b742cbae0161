package io.denim.chaincode.launch;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A program to run.
///
/// @param environment all of it: nothing is inherited
record Command(List<String> arguments, Map<String, String> environment, Path folder) {
  private static final List<String> ALWAYS =
      List.of("LD_LIBRARY_PATH", "LIBPATH", "PATH", "TMPDIR");

  Command {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  /// Those variables of this process that any program needs, and some more.
  static Map<String, String> inherited(List<String> more) {
    Map<String, String> environment = new LinkedHashMap<>();
    copy(ALWAYS, environment);
    copy(more, environment);
    return environment;
  }

  /// What compilers need of this process's environment: all but the peer's own settings.
  static Map<String, String> forBuilding() {
    Map<String, String> environment = new LinkedHashMap<>();
    System.getenv()
        .forEach((name, value) -> {
          if (!name.startsWith("CORE_") && !name.startsWith("FABRIC_")) {
            environment.put(name, value);
          }
        });
    environment.putIfAbsent("HOME", System.getProperty("user.home"));
    return environment;
  }

  private static void copy(List<String> names, Map<String, String> environment) {
    for (String name : names) {
      String value = System.getenv(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
  }
}
