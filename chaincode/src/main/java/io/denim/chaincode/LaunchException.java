package io.denim.chaincode;

/// A chaincode that cannot be built, started or reached; the message goes to the client.
public final class LaunchException extends Exception {
  public LaunchException(String message) {
    super(message);
  }

  public LaunchException(String message, Throwable cause) {
    super(message, cause);
  }
}
