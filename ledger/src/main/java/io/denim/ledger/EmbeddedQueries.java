package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.json.Document;
import io.denim.ledger.json.Find;
import io.denim.ledger.json.Json;
import io.denim.ledger.json.JsonText;
import io.denim.ledger.json.QueryException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// JSON queries on the embedded state at one moment.
record EmbeddedQueries(Database db, Database.Snapshot snapshot, int pageLimit)
    implements JsonQueries {
  /// As long as a chaincode's call may take by default.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  public Page find(String space, Json.Obj request) throws SimulationException {
    try {
      Find.Found found = Find.run(request, new StateDocuments(db, snapshot, space), PATIENCE);
      List<Result> results = new ArrayList<>(found.documents().size());
      for (Document document : found.documents()) {
        results.add(result(document));
      }
      return new Page(results, found.bookmark());
    } catch (QueryException e) {
      throw new SimulationException(e.inFabricsWords(), e);
    }
  }

  /// What a peer makes of a document that it read.
  static Result result(Document document) throws SimulationException {
    Json version = document.body().members().get(Document.VERSION);
    if (!(version instanceof Json.Text text)) {
      throw new SimulationException("version field " + Document.VERSION + " was not found");
    }
    Json.Obj value = document.body().without(Document.ID).without("_rev").without(Document.VERSION);
    ByteString attachment = document.attachment();
    try {
      return new Result(
          ByteString.copyFromUtf8(document.id()),
          attachment == null ? JsonText.bytes(value) : attachment,
          DocumentVersion.decode(text.value()).height());
    } catch (IOException e) {
      throw new SimulationException("the version of a document cannot be read", e);
    }
  }
}
