package io.denim.testnet;

/// A network that cannot be started or used; the message is for whoever asked for it.
public final class NetworkException extends Exception {
  private static final long serialVersionUID = 1L;

  public NetworkException(String message) {
    super(message);
  }

  public NetworkException(String message, Throwable cause) {
    super(message, cause);
  }
}
