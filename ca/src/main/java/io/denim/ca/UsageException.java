package io.denim.ca;

/// A command was not written as it must be; the message says what is wrong.
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
