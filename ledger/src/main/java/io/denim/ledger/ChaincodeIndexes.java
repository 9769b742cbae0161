package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The files in a chaincode's package that define indexes for CouchDB (fabric v3.1.5
/// core/ledger/cceventmgmt and core/common/ccprovider/metadata).
///
/// @param state by file name, on the chaincode's state
/// @param collections the same on its private collections, by collection
public record ChaincodeIndexes(
    String chaincode,
    SortedMap<String, ByteString> state,
    Map<String, SortedMap<String, ByteString>> collections) {
  private static final String ROOT = "META-INF/statedb/couchdb/";
  private static final String INDEXES = "indexes/";
  private static final String COLLECTIONS = "collections/";
  private static final String JSON = ".json";

  public ChaincodeIndexes {
    state = Collections.unmodifiableSortedMap(state);
    collections = Map.copyOf(collections);
  }

  /// Those among the files of a package, by path.
  public static ChaincodeIndexes among(String chaincode, Map<String, ByteString> files) {
    SortedMap<String, ByteString> state = new TreeMap<>();
    Map<String, SortedMap<String, ByteString>> collections = new HashMap<>();
    files.forEach((path, content) -> {
      if (!path.startsWith(ROOT) || !path.endsWith(JSON)) {
        return;
      }
      String rest = path.substring(ROOT.length());
      if (rest.startsWith(INDEXES) && rest.indexOf('/', INDEXES.length()) < 0) {
        state.put(rest.substring(INDEXES.length()), content);
      } else if (rest.startsWith(COLLECTIONS)) {
        String[] parts = rest.substring(COLLECTIONS.length()).split("/", -1);
        if (parts.length == 3 && parts[1].equals("indexes")) {
          collections.computeIfAbsent(parts[0], c -> new TreeMap<>()).put(parts[2], content);
        }
      }
    });
    return new ChaincodeIndexes(chaincode, state, collections);
  }

  public boolean isEmpty() {
    return state.isEmpty() && collections.isEmpty();
  }
}
