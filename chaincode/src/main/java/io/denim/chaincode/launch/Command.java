package io.denim.chaincode.launch;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A program to run.
///
/// @param environment all of it: nothing is inherited
record Command(List<String> arguments, Map<String, String> environment, Path folder) {
  private static final List<String> ALWAYS =
      List.of("LD_LIBRARY_PATH", "LIBPATH", "PATH", "TMPDIR");

  private static final Pattern FOR_BUILDING =
      Pattern.compile(
          "PATH|HOME|USER|TMPDIR|LANG|LC_\\w+|LD_LIBRARY_PATH|LIBPATH|JAVA_HOME|JAVA_TOOL_OPTIONS|"
              + "MAVEN_\\w+|M2_HOME|GRADLE_\\w+|GO[A-Z0-9]+|CGO_\\w+|CC|CXX|AR|NODE_\\w+|NVM_\\w+|"
              + "npm_config_\\w+|NPM_CONFIG_\\w+|XDG_\\w+|SSL_CERT_\\w+|GIT_SSL_\\w+|"
              + "(?i:https?_proxy|no_proxy|all_proxy)");

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

  /// What compilers and package managers need of this process's environment. The rest, such as keys
  /// of a cloud, is not for the code that is built, which they may run.
  static Map<String, String> forBuilding() {
    Map<String, String> environment = new LinkedHashMap<>();
    System.getenv()
        .forEach((name, value) -> {
          if (FOR_BUILDING.matcher(name).matches()) {
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
