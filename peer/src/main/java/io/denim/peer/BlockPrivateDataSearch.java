package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.BlockPrivateData.MissingPrivateData;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.CollectionName;
import io.denim.ledger.TransientStore;
import io.denim.ledger.TxRwSet;
import io.denim.validate.ValidatedBlock;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// The search for one block's clear private writes: what it has the hashes of, as far as this peer
/// is a member of the collections, what is found of it and what lacks. Only what matches its hash
/// is taken. Used by one thread.
final class BlockPrivateDataSearch {
  private final Set<LackingPrivateData> lacking = new LinkedHashSet<>();
  private final Map<Integer, PrivateWriteSets> found = new HashMap<>();
  private final List<MissingPrivateData> foreign = new ArrayList<>();
  private final List<LackingPrivateData> givenUp = new ArrayList<>();

  /// @param isMember whether this peer is a member of a collection; asked once for each
  BlockPrivateDataSearch(
      List<ValidatedBlock.Validated> transactions, Predicate<CollectionName> isMember) {
    Map<CollectionName, Boolean> own = new HashMap<>();
    for (int i = 0; i < transactions.size(); i++) {
      ValidatedBlock.Validated transaction = transactions.get(i);
      if (transaction.checked() instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)) {
        for (TxRwSet.NsRwSet namespace : rwSet.namespaces()) {
          for (TxRwSet.CollHashedRwSet collection : namespace.collections()) {
            if (!collection.pvtRwSetHash().isEmpty()) {
              CollectionName name =
                  new CollectionName(namespace.namespace(), collection.collection());
              if (own.computeIfAbsent(name, isMember::test)) {
                lacking.add(
                    new LackingPrivateData(
                        i,
                        transaction.txId(),
                        name,
                        collection.pvtRwSetHash(),
                        transaction.endorsers()));
              } else {
                foreign.add(new MissingPrivateData(i, name, false));
              }
            }
          }
        }
      }
    }
  }

  /// What is not found yet.
  List<LackingPrivateData> lacking() {
    return List.copyOf(lacking);
  }

  /// Takes what came along with the block, by transaction.
  void takeSent(Map<Integer, TxPvtReadWriteSet> sent) {
    lacking.removeIf(each -> {
      TxPvtReadWriteSet set = sent.get(each.txNumber());
      return set != null && takeFrom(set, each);
    });
  }

  /// Takes what this peer endorsed or was sent ahead of the block.
  void takeStaged(TransientStore staged) {
    Map<String, List<TransientStore.Staged>> byTxId = new HashMap<>();
    lacking.removeIf(each -> {
      for (TransientStore.Staged candidate : byTxId.computeIfAbsent(each.txId(), staged::byTxId)) {
        if (takeFrom(candidate.results().getPvtRwset(), each)) {
          return true;
        }
      }
      return false;
    });
  }

  private boolean takeFrom(TxPvtReadWriteSet set, LackingPrivateData wanted) {
    for (NsPvtReadWriteSet namespace : set.getNsPvtRwsetList()) {
      if (namespace.getNamespace().equals(wanted.collection().namespace())) {
        for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
          if (collection.getCollectionName().equals(wanted.collection().collection())
              && takeIfRight(wanted, collection.getRwset())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private boolean takeIfRight(LackingPrivateData wanted, ByteString set) {
    if (!Sha256.of(set).equals(wanted.hash())) {
      return false;
    }
    found
        .computeIfAbsent(wanted.txNumber(), tx -> new PrivateWriteSets())
        .put(wanted.collection(), set);
    return true;
  }

  /// Takes what another peer gave. What does not match is not asked for again now: the giver lacks
  /// keys that were purged, and reconciliation can deal with that.
  void takePulled(LackingPrivateData wanted, List<ByteString> sets) {
    if (lacking.remove(wanted) && sets.stream().noneMatch(set -> takeIfRight(wanted, set))) {
      givenUp.add(wanted);
    }
  }

  /// Looks no further for what others have deleted.
  void giveUp(LackingPrivateData wanted) {
    if (lacking.remove(wanted)) {
      givenUp.add(wanted);
    }
  }

  /// What is found, and what is missing.
  BlockPrivateData result() {
    if (found.isEmpty() && lacking.isEmpty() && foreign.isEmpty() && givenUp.isEmpty()) {
      return BlockPrivateData.NONE;
    }
    List<MissingPrivateData> missing = new ArrayList<>(foreign);
    lacking.forEach(each -> missing.add(missing(each)));
    givenUp.forEach(each -> missing.add(missing(each)));
    Map<Integer, TxPvtReadWriteSet> present = new HashMap<>();
    found.forEach((tx, sets) -> present.put(tx, sets.build()));
    return new BlockPrivateData(present, missing);
  }

  private static MissingPrivateData missing(LackingPrivateData each) {
    return new MissingPrivateData(each.txNumber(), each.collection(), true);
  }
}
