package io.denim.policy;

/// A policy cannot be compiled or parsed; the message says which and why, in Fabric's words.
public final class PolicyConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param message which policy, and why
  public PolicyConfigException(String message) {
    super(message);
  }

  /// @param message which policy, and why
  public PolicyConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
