package io.denim.identity;

/// Why a certificate is not taken, on its way up to where it becomes an outcome; the message is
/// Fabric's. Without a stack trace: hostile bytes shall not be dear.
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  RefusedException(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }

  /// The same with what was being done in front.
  RefusedException during(String what) {
    return new RefusedException(what + ": " + reason());
  }
}
