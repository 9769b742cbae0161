package io.denim.ledger;

/// A ledger's files or databases cannot be read or written, or hold what they should not. It is a
/// fault of this node (a full disk, a damaged file, a bug), not of what was asked; the channel
/// stops.
public final class LedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LedgerException(String message) {
    super(message);
  }

  public LedgerException(String message, Throwable cause) {
    super(message, cause);
  }
}
