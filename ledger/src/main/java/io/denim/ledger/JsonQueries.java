package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.json.Json;
import java.util.List;

/// Finds JSON values of the world state by selectors. Used by one thread.
interface JsonQueries {
  /// Answers as a state database does that has no query language.
  JsonQueries NONE =
      new JsonQueries() {
        @Override
        public Page find(String space, Json.Obj request) throws SimulationException {
          throw new SimulationException("there are no JSON queries");
        }

        @Override
        public int pageLimit() {
          return 0;
        }
      };

  /// Answers a request to CouchDB's `_find`.
  ///
  /// @param space the namespace, or that of a private collection
  /// @throws SimulationException where CouchDB would refuse the request
  Page find(String space, Json.Obj request) throws SimulationException;

  /// How many results one request gives at the most; 0 where there are no queries.
  int pageLimit();

  /// @param value in CouchDB's spelling, or the fields of it that were asked for
  record Result(ByteString key, ByteString value, Height version) {}

  /// @param bookmark where the next page begins
  record Page(List<Result> results, String bookmark) {
    public Page {
      results = List.copyOf(results);
    }
  }
}
