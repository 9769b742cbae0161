package io.denim.cli;

/// A request to a node that did not lead to what was asked for; the message is for the user.
public final class ClientException extends Exception {
  private static final long serialVersionUID = 1L;

  public ClientException(String message) {
    super(message);
  }

  public ClientException(String message, Throwable cause) {
    super(message, cause);
  }
}
