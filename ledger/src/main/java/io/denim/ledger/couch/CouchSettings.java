package io.denim.ledger.couch;

import java.time.Duration;

/// How a CouchDB server is reached and used (fabric v3.1.5 sampleconfig/core.yaml,
/// `ledger.state.couchDBConfig`).
///
/// @param address `host:port`
/// @param retries how often a failed request is made again
/// @param retriesOnStartup the same for the first request
/// @param requestTimeout for each attempt
/// @param pageLimit how many documents one query or range brings, `internalQueryLimit`
/// @param batchSize how many documents one update holds, `maxBatchUpdateSize`
public record CouchSettings(
    String address,
    Login login,
    int retries,
    int retriesOnStartup,
    Duration requestTimeout,
    int pageLimit,
    int batchSize) {
  /// @param username empty where the server asks for none
  public record Login(String username, String password) {
    boolean isGiven() {
      return !username.isEmpty() && !password.isEmpty();
    }

    /// Without the password.
    @Override
    public String toString() {
      return "Login[username=" + username + "]";
    }
  }
}
