package io.denim.identity;

/// An MSP's configuration or directory cannot be used; the message says what about it and why, in
/// Fabric's words where it has some.
public final class MspConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param message what cannot be used, and why
  public MspConfigException(String message) {
    super(message);
  }

  /// @param message what cannot be used, and why
  public MspConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
