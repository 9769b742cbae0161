package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.denim.wire.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// The hash by which peers compare their states: over the verdicts, the updates of public keys and
/// of private hashes, and the previous commit hash (fabric v3.1.5 core/ledger/kvledger/kv_ledger.go
/// and txmgmt/txmgr/update_batch_bytes.go). Metadata, the channel's configuration and the expiry of
/// private hashes are not covered.
final class CommitHash {
  private static final int UPDATES_KVWRITES = 1;
  private static final int NAMESPACE = 1;
  private static final int COLLECTION = 2;
  private static final int KEY = 3;
  private static final int IS_DELETE = 4;
  private static final int VALUE = 5;
  private static final int VERSION = 6;

  /// The order of Go's strings, which is that of their UTF-8 bytes.
  static final Comparator<String> BY_BYTES =
      (a, b) ->
          ByteString.unsignedLexicographicalComparator()
              .compare(ByteString.copyFromUtf8(a), ByteString.copyFromUtf8(b));

  private CommitHash() {}

  /// @param previous empty where there is none
  static ByteString of(List<TxValidationCode> codes, BlockUpdates updates, ByteString previous) {
    ByteString.Output head = ByteString.newOutput();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(head);
      out.writeUInt32NoTag(codes.size());
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("a buffer in memory failed", e);
    }
    return Sha256.of(head.toByteString(), flags(codes), updateBytes(updates), previous);
  }

  /// The transactions filter: one byte a transaction.
  static ByteString flags(List<TxValidationCode> codes) {
    byte[] flags = new byte[codes.size()];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = (byte) codes.get(i).getNumber();
    }
    return ByteString.copyFrom(flags);
  }

  /// The updates in a canonical order: by namespace, public keys first, then collection by
  /// collection. An entry names its namespace and collection only where they change.
  static ByteString updateBytes(BlockUpdates updates) {
    Map<String, List<CollectionName>> collections = new HashMap<>();
    for (CollectionName name : updates.hashedUpdates().spaces()) {
      collections.computeIfAbsent(name.namespace(), n -> new ArrayList<>()).add(name);
    }
    TreeSet<String> namespaces = new TreeSet<>(BY_BYTES);
    namespaces.addAll(updates.publicUpdates().spaces());
    namespaces.addAll(collections.keySet());
    ByteString.Output bytes = ByteString.newOutput();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      for (String namespace : namespaces) {
        if (!namespace.isEmpty()) {
          writeNamespace(out, updates, namespace, collections.getOrDefault(namespace, List.of()));
        }
      }
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("a buffer in memory failed", e);
    }
    return bytes.toByteString();
  }

  private static void writeNamespace(
      CodedOutputStream out,
      BlockUpdates updates,
      String namespace,
      List<CollectionName> collections)
      throws IOException {
    String unwritten = writeSpace(out, updates.publicUpdates().of(namespace), namespace, "");
    List<CollectionName> sorted = new ArrayList<>(collections);
    sorted.sort(Comparator.comparing(CollectionName::collection, BY_BYTES));
    for (CollectionName name : sorted) {
      unwritten = writeSpace(out, updates.hashedUpdates().of(name), unwritten, name.collection());
    }
  }

  /// @return the namespace, if it is still to be written
  private static String writeSpace(
      CodedOutputStream out,
      NavigableMap<ByteString, VersionedValue> updates,
      String namespace,
      String collection)
      throws IOException {
    String ns = namespace;
    String coll = collection;
    for (Map.Entry<ByteString, VersionedValue> update : updates.entrySet()) {
      ByteString entry = entry(ns, coll, update.getKey(), update.getValue());
      out.writeBytes(UPDATES_KVWRITES, entry);
      ns = "";
      coll = "";
    }
    return ns;
  }

  private static ByteString entry(
      String namespace, String collection, ByteString key, VersionedValue update)
      throws IOException {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    if (!namespace.isEmpty()) {
      out.writeString(NAMESPACE, namespace);
    }
    if (!collection.isEmpty()) {
      out.writeString(COLLECTION, collection);
    }
    if (!key.isEmpty()) {
      out.writeBytes(KEY, key);
    }
    if (update.isDeletion()) {
      out.writeBool(IS_DELETE, true);
    } else if (!update.present().isEmpty()) {
      out.writeBytes(VALUE, update.present());
    }
    out.writeBytes(VERSION, update.version().toBytes());
    out.flush();
    return bytes.toByteString();
  }
}
