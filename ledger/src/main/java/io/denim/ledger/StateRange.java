package io.denim.ledger;

import io.denim.ledger.ReadRecorder.RangeReads;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.jspecify.annotations.Nullable;

/// A range of keys, or a page of it, as a chaincode sees it. The bookmark is the first key that was
/// not returned (fabric v3.1.5 core/ledger/kvledger/txmgmt/statedb/stateleveldb/stateleveldb.go).
/// Used by one thread.
final class StateRange implements QueryExecutor.PagedResults<KV> {
  private final String namespace;
  private final StateReader.Cursor cursor;
  private final int pageSize;
  private final @Nullable RangeReads reads;
  private int returned;
  private boolean ended;
  private boolean closed;
  private String bookmark = "";

  /// @param pageSize 0 or less is no bound
  /// @param reads where to note what is read; absent where nothing is recorded
  StateRange(
      String namespace, StateReader.Cursor cursor, int pageSize, @Nullable RangeReads reads) {
    this.namespace = namespace;
    this.cursor = cursor;
    this.pageSize = pageSize;
    this.reads = reads;
  }

  @Override
  public Optional<KV> next() throws SimulationException {
    if (closed) {
      throw new SimulationException("this iterator is closed");
    }
    StateReader.Entry entry = ended || isPageFull() ? null : cursor.next();
    if (entry == null) {
      end();
      if (reads != null) {
        reads.exhausted();
      }
      return Optional.empty();
    }
    returned++;
    if (reads != null) {
      reads.add(entry.key(), entry.value().version());
    }
    return Optional.of(
        KV.newBuilder()
            .setNamespace(namespace)
            .setKeyBytes(entry.key())
            .setValue(entry.value().present())
            .build());
  }

  private boolean isPageFull() {
    return pageSize > 0 && returned >= pageSize;
  }

  private void end() {
    if (!ended) {
      ended = true;
      StateReader.Entry following = pageSize > 0 ? cursor.next() : null;
      bookmark = following == null ? "" : following.key().toStringUtf8();
    }
  }

  @Override
  public String bookmark() {
    return bookmark;
  }

  @Override
  public void close() {
    if (!closed) {
      end();
      closed = true;
      cursor.close();
    }
  }
}
