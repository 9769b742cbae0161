package io.denim.ca.client;

/// A command cannot be done; the message tells the user why.
final class ClientException extends Exception {
  private static final long serialVersionUID = 1L;

  ClientException(String message) {
    super(message);
  }

  ClientException(String message, Throwable cause) {
    super(message, cause);
  }
}
