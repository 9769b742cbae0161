package io.denim.deliver;

/// A block that cannot be given in the form that was asked for.
public final class DeliverException extends Exception {
  public DeliverException(String message, Throwable cause) {
    super(message, cause);
  }
}
