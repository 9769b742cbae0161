package io.denim.peer;

/// A channel that this peer cannot join or serve; the message says why.
public final class PeerException extends Exception {
  private static final long serialVersionUID = 1L;

  public PeerException(String message) {
    super(message);
  }

  public PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
