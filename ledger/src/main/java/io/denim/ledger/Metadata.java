package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataEntry;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.jspecify.annotations.Nullable;

/// A key's metadata in its stored form (fabric v3.1.5 core/ledger/kvledger/txmgmt/statemetadata).
final class Metadata {
  /// The name under which chaincodes keep a key's endorsement policy.
  static final String VALIDATION_PARAMETER = "VALIDATION_PARAMETER";

  private Metadata() {}

  static Map<String, ByteString> of(@Nullable VersionedValue value) throws SimulationException {
    if (value == null || value.metadata().isEmpty()) {
      return Map.of();
    }
    try {
      Map<String, ByteString> entries = new HashMap<>();
      for (KVMetadataEntry entry : KVMetadataWrite.parseFrom(value.metadata()).getEntriesList()) {
        entries.put(entry.getName(), entry.getValue());
      }
      return Map.copyOf(entries);
    } catch (InvalidProtocolBufferException e) {
      throw new SimulationException("cannot read a key's metadata: " + e.getMessage(), e);
    }
  }

  /// Entries in the order in which write sets have them.
  static List<KVMetadataEntry> entries(Map<String, ByteString> metadata) {
    TreeMap<String, ByteString> sorted = new TreeMap<>(CommitHash.BY_BYTES);
    sorted.putAll(metadata);
    List<KVMetadataEntry> entries = new ArrayList<>(sorted.size());
    sorted.forEach((name, value) ->
        entries.add(KVMetadataEntry.newBuilder().setName(name).setValue(value).build()));
    return entries;
  }
}
