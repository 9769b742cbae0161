package io.denim.peer;

import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerOptions.Queries;
import io.denim.ledger.couch.CouchSettings;
import io.denim.node.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What core.yaml says below `ledger`.
///
/// @param history whether the values that keys had are kept findable
/// @param queries how JSON queries are answered
/// @param snapshots where snapshots go; absent for beside the ledgers
public record LedgerSettings(boolean history, Queries queries, Optional<Path> snapshots) {
  private static final String COUCH = "ledger.state.couchDBConfig.";
  private static final int MAX_RETRIES = 1000;

  /// What an empty core.yaml says.
  public static LedgerSettings defaults() {
    return new LedgerSettings(true, Queries.defaults(), Optional.empty());
  }

  static LedgerSettings of(Settings settings) {
    return new LedgerSettings(
        settings.flag("ledger.history.enableHistoryDatabase", true),
        queries(settings),
        settings.path("ledger.snapshots.rootDir"));
  }

  private static Queries queries(Settings settings) {
    String database = settings.text("ledger.state.stateDatabase", "goleveldb");
    int pageLimit =
        settings.number(COUCH + "internalQueryLimit", Queries.PAGE, 1, Integer.MAX_VALUE);
    if (database.equals("CouchDB")) {
      return new Queries.CouchDb(couch(settings, pageLimit));
    }
    return settings.flag("ledger.state.jsonQueries", true)
        ? new Queries.Embedded(pageLimit)
        : new Queries.None();
  }

  private static CouchSettings couch(Settings settings, int pageLimit) {
    return new CouchSettings(
        settings.text(COUCH + "couchDBAddress", "127.0.0.1:5984"),
        new CouchSettings.Login(
            settings.text(COUCH + "username", ""), settings.text(COUCH + "password", "")),
        settings.number(COUCH + "maxRetries", 3, 0, MAX_RETRIES),
        settings.number(COUCH + "maxRetriesOnStartup", 10, 0, MAX_RETRIES),
        settings.duration(COUCH + "requestTimeout", Duration.ofSeconds(35)),
        pageLimit,
        settings.number(COUCH + "maxBatchUpdateSize", 1000, 1, Integer.MAX_VALUE));
  }

  /// How the ledgers below a peer's directory are kept.
  LedgerOptions options(Path directory) {
    Path root = directory.resolve("ledgersData");
    return new LedgerOptions(
        root,
        snapshots.orElse(root.resolveSibling("snapshots")),
        history,
        LedgerOptions.BLOCK_FILE_SIZE,
        queries);
  }
}
