package io.denim.ca;

import java.util.Optional;

/// Truth values as Go's strconv.ParseBool reads them. Stateless.
final class GoBool {
  private GoBool() {}

  static Optional<Boolean> parse(String text) {
    return switch (text) {
      case "1", "t", "T", "TRUE", "true", "True" -> Optional.of(true);
      case "0", "f", "F", "FALSE", "false", "False" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
