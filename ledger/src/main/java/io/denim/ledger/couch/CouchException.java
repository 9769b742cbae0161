package io.denim.ledger.couch;

/// A CouchDB server that does not answer, or refuses.
public final class CouchException extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  CouchException(String message, Throwable cause) {
    super(message, cause);
    this.status = 0;
  }

  /// @param status of the HTTP answer
  CouchException(int status, String error, String reason) {
    super(
        "error handling CouchDB request. Error:%s,  Status Code:%d,  Reason:%s"
            .formatted(error, status, reason));
    this.status = status;
  }

  /// Of the HTTP answer; 0 where there was none.
  public int status() {
    return status;
  }
}
