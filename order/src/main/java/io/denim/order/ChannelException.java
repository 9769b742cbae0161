package io.denim.order;

/// A channel that cannot be joined, updated, removed or shown as asked.
public final class ChannelException extends Exception {
  private final Kind kind;

  /// Why, as far as the participation API's status codes tell apart.
  public enum Kind {
    ALREADY_EXISTS,
    DOES_NOT_EXIST,
    NOT_READY,
    INVALID
  }

  public ChannelException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
