package io.denim.cli.command;

/// A command line that cannot be understood; the message is for the user.
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
