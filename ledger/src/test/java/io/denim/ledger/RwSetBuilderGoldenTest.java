package io.denim.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet.NsRwSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataEntry;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRead;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.RangeQueryInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Read-write sets as real peers made them, taken apart and collected again in another order.
class RwSetBuilderGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"raft-v25", "range-sbe"})
  void setsCollectedInAnyOrderHaveTheBytesOfARealPeers(String name) throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    Random random = new Random(5);
    int compared = 0;
    for (Block block : chain.blocks().subList(1, chain.blocks().size())) {
      JsonNode txs = chain.block((int) block.getHeader().getNumber()).get("txs");
      for (int i = 0; i < txs.size(); i++) {
        if (txs.get(i).get("case").asText().startsWith("genuine")
            && StoredTransaction.parse(block.getData().getData(i)).orElseThrow().checked()
                instanceof CheckedTransaction.Endorsed(TxRwSet set)
            && isPublicWithRawRanges(set)) {
          assertThat(collectedAgain(set, random)).isEqualTo(asRecorded(set));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(40);
  }

  @Test
  void rangesAreSummedUpAsARealPeerDoes() throws Exception {
    JsonNode vectors =
        new ObjectMapper()
            .readTree(GoldenChain.golden().resolve("vectors/range_query.json").toFile())
            .get("vectors");
    int hashed = 0;
    for (JsonNode vector : vectors) {
      ReadRecorder.RangeReads reads =
          new ReadRecorder.RangeReads(
              "ns", vector.get("start_key").asText(), vector.get("end_key").asText());
      for (JsonNode read : vector.get("reads")) {
        reads.add(
            ByteString.copyFromUtf8(read.get(0).asText()),
            new Height(read.get(1).asLong(), read.get(2).asLong()));
      }
      if (vector.get("itr_exhausted").asBoolean()) {
        reads.exhausted();
      }
      RangeQueryInfo info = reads.finish();
      hashed += info.hasReadsMerkleHashes() ? 1 : 0;
      assertThat(info.toByteString())
          .isEqualTo(GoldenChain.hex(vector.get("range_query_info_hex")));
    }
    assertThat(hashed).isPositive();
  }

  private static boolean isPublicWithRawRanges(TxRwSet set) {
    for (NsRwSet namespace : set.namespaces()) {
      if (!namespace.collections().isEmpty()) {
        return false;
      }
      for (RangeQueryInfo range : namespace.kvRwSet().getRangeQueriesInfoList()) {
        if (range.hasReadsMerkleHashes()) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<ByteString> asRecorded(TxRwSet set) {
    List<ByteString> recorded = new ArrayList<>();
    for (NsRwSet namespace : set.namespaces()) {
      recorded.add(namespace.kvRwSet().toByteString());
    }
    return recorded;
  }

  private static List<ByteString> collectedAgain(TxRwSet set, Random random) {
    RwSetBuilder builder = new RwSetBuilder();
    List<Runnable> calls = new ArrayList<>();
    for (NsRwSet namespace : set.namespaces()) {
      String ns = namespace.namespace();
      for (KVRead read : namespace.kvRwSet().getReadsList()) {
        calls.add(
            () -> builder.read(ns, read.getKey(), Height.of(read.hasVersion(), read.getVersion())));
      }
      for (KVWrite write : namespace.kvRwSet().getWritesList()) {
        calls.add(() -> builder.write(ns, write.getKey(), write.getValue()));
      }
      for (KVMetadataWrite write : namespace.kvRwSet().getMetadataWritesList()) {
        calls.add(() -> builder.writeMetadata(ns, write.getKey(), metadata(write)));
      }
      for (RangeQueryInfo range : namespace.kvRwSet().getRangeQueriesInfoList()) {
        builder.readRange(reads(ns, range));
      }
    }
    Collections.shuffle(calls, random);
    calls.forEach(Runnable::run);
    TxReadWriteSet built = builder.buildPublic();
    List<ByteString> collected = new ArrayList<>();
    built.getNsRwsetList().forEach(namespace -> collected.add(namespace.getRwset()));
    return collected;
  }

  private static Map<String, ByteString> metadata(KVMetadataWrite write) {
    Map<String, ByteString> metadata = new TreeMap<>();
    for (KVMetadataEntry entry : write.getEntriesList()) {
      metadata.put(entry.getName(), entry.getValue());
    }
    return metadata;
  }

  private static ReadRecorder.RangeReads reads(String namespace, RangeQueryInfo range) {
    ReadRecorder.RangeReads reads =
        new ReadRecorder.RangeReads(namespace, range.getStartKey(), range.getEndKey());
    for (KVRead read : range.getRawReads().getKvReadsList()) {
      reads.add(
          read.getKeyBytes(),
          new Height(read.getVersion().getBlockNum(), read.getVersion().getTxNum()));
    }
    if (range.getItrExhausted()) {
      reads.exhausted();
    }
    return reads;
  }
}
