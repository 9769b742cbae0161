package io.denim.ledger.json;

/// A query that CouchDB refuses.
public final class QueryException extends Exception {
  private static final long serialVersionUID = 1;
  private static final int BAD_REQUEST = 400;

  private final int status;
  private final String error;

  /// @param status of the HTTP answer
  /// @param error CouchDB's name of what is wrong
  /// @param reason CouchDB's sentence about it
  public QueryException(int status, String error, String reason) {
    super(reason);
    this.status = status;
    this.error = error;
  }

  static QueryException bad(String error, String reason) {
    return new QueryException(BAD_REQUEST, error, reason);
  }

  public int status() {
    return status;
  }

  public String error() {
    return error;
  }

  /// The sentence that a Fabric peer makes of the refusal (fabric v3.1.5
  /// core/ledger/kvledger/txmgmt/statedb/statecouchdb/couchdb.go).
  public String inFabricsWords() {
    return "error handling CouchDB request. Error:%s,  Status Code:%d,  Reason:%s"
        .formatted(error, status, getMessage());
  }
}
