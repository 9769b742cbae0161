package io.denim.lifecycle;

/// A request or a state that the lifecycle's rules refuse, in Fabric's words.
public final class LifecycleException extends Exception {
  public LifecycleException(String message) {
    super(message);
  }

  public LifecycleException(String message, Throwable cause) {
    super(message, cause);
  }

  /// The message, which is always there.
  String text() {
    return String.valueOf(getMessage());
  }

  /// The same with what was being done, in front.
  LifecycleException during(String what) {
    return new LifecycleException(what + ": " + text(), this);
  }
}
