package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.BlockPrivateData.MissingPrivateData;
import io.denim.ledger.PrivateStore.Purge;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works out what blocks do to the state: final verdicts, updates, commit hash. Writes nothing.
/// Made for one group of blocks, each of which sees the effect of those before it; used by the
/// committing thread.
final class BlockProcessor {
  private static final Logger LOG = LoggerFactory.getLogger(BlockProcessor.class);
  private static final String CONFIG_NAMESPACE = "";
  private static final ByteString CONFIG_KEY = ByteString.copyFromUtf8("CHANNEL_CONFIG_ENV_BYTES");

  private final PendingState state;
  private final ExpirySchedule expiry;
  private final PrivateStore store;
  private final StateFollower follower;

  BlockProcessor(
      PendingState state, ExpirySchedule expiry, PrivateStore store, StateFollower follower) {
    this.follower = follower;
    this.state = state;
    this.expiry = expiry;
    this.store = store;
  }

  /// Processes a new block: reads are checked against the state, clear private data against the
  /// hashes in the block.
  ///
  /// @param previous the previous commit hash; empty where there is none
  Processed processNew(CommitBlock block, ByteString previous) {
    return process(block, previous, true);
  }

  /// Processes a block whose verdicts are known, from this node's own files.
  Processed processStored(CommitBlock block, ByteString previous) {
    return process(block, previous, false);
  }

  private Processed process(CommitBlock block, ByteString previous, boolean isNew) {
    BlockUpdates updates = new BlockUpdates();
    long number = block.block().getHeader().getNumber();
    List<TxValidationCode> codes = new ArrayList<>(block.transactions().size());
    Map<Integer, TxRwSet> valid = new LinkedHashMap<>();
    ReadConflicts conflicts = isNew ? new ReadConflicts(state, updates) : null;
    WriteSets writes = new WriteSets(state, updates);
    for (int i = 0; i < block.transactions().size(); i++) {
      Height height = new Height(number, i);
      codes.add(
          switch (block.transactions().get(i)) {
            case CheckedTransaction.Refused(TxValidationCode code) -> code;
            case CheckedTransaction.Configured(ByteString envelope) ->
                configure(updates, envelope, height);
            case CheckedTransaction.Endorsed(TxRwSet rwSet) ->
                endorsed(conflicts, writes, rwSet, height);
          });
      if (codes.get(i) == TxValidationCode.VALID
          && block.transactions().get(i) instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)) {
        valid.put(i, rwSet);
      }
    }
    BlockPrivateData data = isNew ? checked(withHeld(block), block, valid) : block.privateData();
    List<Purge> purges = purges(number, valid);
    applyPrivate(updates, number, valid, data, purges);
    ByteString hash =
        number == 1 || !previous.isEmpty()
            ? CommitHash.of(codes, updates, previous)
            : ByteString.EMPTY;
    return new Processed(codes, updates, valid, data, purges, hash);
  }

  private TxValidationCode endorsed(
      @Nullable ReadConflicts conflicts, WriteSets writes, TxRwSet rwSet, Height height) {
    if (conflicts != null && isRefused(rwSet)) {
      return TxValidationCode.INVALID_WRITESET;
    }
    TxValidationCode code = conflicts == null ? TxValidationCode.VALID : conflicts.check(rwSet);
    if (code == TxValidationCode.VALID) {
      writes.apply(rwSet, height);
    }
    return code;
  }

  private boolean isRefused(TxRwSet rwSet) {
    for (NsRwSet namespace : rwSet.namespaces()) {
      for (KVWrite write : namespace.kvRwSet().getWritesList()) {
        if (follower.refusal(write.getKeyBytes(), write.getValue()) != null) {
          return true;
        }
      }
    }
    return false;
  }

  private static TxValidationCode configure(
      BlockUpdates updates, ByteString envelope, Height height) {
    updates
        .publicUpdates()
        .put(CONFIG_NAMESPACE, CONFIG_KEY, new VersionedValue(envelope, ByteString.EMPTY, height));
    return TxValidationCode.VALID;
  }

  private void applyPrivate(
      BlockUpdates updates,
      long number,
      Map<Integer, TxRwSet> valid,
      BlockPrivateData data,
      List<Purge> purges) {
    PrivateWrites writes = new PrivateWrites(state, updates);
    for (int tx : valid.keySet()) {
      TxPvtReadWriteSet clear = data.present().get(tx);
      if (clear != null) {
        writes.apply(clear, new Height(number, tx));
      }
    }
    writes.followMetadata();
    writes.purge(purges, store);
  }

  /// Lets private data expire with a block, and makes the result the state that the next block
  /// sees.
  void finish(
      Processed processed, long number, BlockToLive blockToLive, QueryExecutor definitions) {
    BlockUpdates updates = processed.updates();
    expiry.add(number, updates, blockToLive, definitions);
    expiry.expire(number, state, updates);
    updates.applyTo(state);
  }

  /// The clear private data that matches its hashes; all else that valid transactions wrote is
  /// noted as missing, unless the caller did so.
  private static BlockPrivateData checked(
      Map<Integer, TxPvtReadWriteSet> given, CommitBlock block, Map<Integer, TxRwSet> valid) {
    Map<Integer, TxPvtReadWriteSet> present = new HashMap<>(given);
    List<MissingPrivateData> missing = new ArrayList<>(block.privateData().missing());
    Set<MissingPrivateData> noted = new HashSet<>();
    for (MissingPrivateData entry : missing) {
      noted.add(new MissingPrivateData(entry.txNumber(), entry.collection(), true));
    }
    valid.forEach((tx, rwSet) -> {
      TxPvtReadWriteSet clear = present.get(tx);
      if (clear != null) {
        present.put(tx, matching(block.block(), tx, rwSet, clear));
      }
      for (CollectionName name : PrivateWrites.unmatched(rwSet, present.get(tx))) {
        MissingPrivateData entry = new MissingPrivateData(tx, name, true);
        if (!noted.contains(entry)) {
          missing.add(entry);
        }
      }
    });
    return new BlockPrivateData(present, missing);
  }

  /// The given clear private data, and what the store kept of the block from before a reset.
  private Map<Integer, TxPvtReadWriteSet> withHeld(CommitBlock block) {
    long number = block.block().getHeader().getNumber();
    if (!store.mayHold(number)) {
      return block.privateData().present();
    }
    Map<Integer, TxPvtReadWriteSet> all = new HashMap<>();
    for (TxPvtData held : store.read(number, name -> true)) {
      all.put((int) held.txNumber(), held.writeSet());
    }
    all.putAll(block.privateData().present());
    return all;
  }

  private static TxPvtReadWriteSet matching(
      Block block, int tx, TxRwSet rwSet, TxPvtReadWriteSet clear) {
    TxPvtReadWriteSet matching = PrivateWrites.matching(rwSet, clear);
    if (!matching.equals(clear)) {
      LOG.warn(
          "Block [{}] transaction [{}]: clear private data that does not match its hash is left"
              + " out",
          Long.toUnsignedString(block.getHeader().getNumber()),
          tx);
    }
    return matching;
  }

  private static List<Purge> purges(long number, Map<Integer, TxRwSet> valid) {
    Map<CollectionName, Map<ByteString, Purge>> purges = new HashMap<>();
    valid.forEach((tx, rwSet) -> {
      for (NsRwSet namespace : rwSet.namespaces()) {
        for (CollHashedRwSet collection : namespace.collections()) {
          for (KVWriteHash write : collection.hashedRwSet().getHashedWritesList()) {
            if (write.getIsPurge()) {
              CollectionName name =
                  new CollectionName(namespace.namespace(), collection.collection());
              purges
                  .computeIfAbsent(name, n -> new HashMap<>())
                  .put(
                      write.getKeyHash(),
                      new Purge(name, write.getKeyHash(), new Height(number, tx)));
            }
          }
        }
      }
    });
    List<Purge> all = new ArrayList<>();
    purges.values().forEach(byHash -> all.addAll(byHash.values()));
    return all;
  }

  /// What a block does.
  ///
  /// @param valid the valid endorser transactions by number
  /// @param privateData the block's clear private data as far as it is right
  /// @param commitHash empty where the chain has none
  record Processed(
      List<TxValidationCode> codes,
      BlockUpdates updates,
      Map<Integer, TxRwSet> valid,
      BlockPrivateData privateData,
      List<Purge> purges,
      ByteString commitHash) {}
}
