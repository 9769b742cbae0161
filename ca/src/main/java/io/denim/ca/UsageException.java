package io.denim.ca;

/// A command was not written as it must be; the message says what is wrong.
final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
