package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.gossip.privdata.PrivateDataHolder;
import io.denim.ledger.CollectionName;
import io.denim.ledger.TransientStore;
import io.denim.ledger.TxPvtData;
import io.denim.policy.SignedData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;

/// Finds private data that other peers ask for: of committed blocks in the ledger, of others among
/// what waits for its transaction. Nobody gets any who is not a member of its collection, as it is
/// defined now or, for data of the ledger also, as it was when the block was committed (fabric
/// v3.1.5 gossip/privdata/dataretriever.go, pull.go).
record HeldPrivateData(PeerChannels channels, CollectionMembership membership)
    implements PrivateDataHolder {
  @Override
  public Map<PvtDataDigest, List<ByteString>> find(
      String channelId, long blockNumber, List<PvtDataDigest> digests, SignedData asker) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (channel.isEmpty()) {
      return Map.of();
    }
    return Long.compareUnsigned(channel.get().height(), blockNumber) <= 0
        ? staged(channel.get(), digests, asker)
        : committed(channel.get(), blockNumber, digests, asker);
  }

  private Map<PvtDataDigest, List<ByteString>> committed(
      PeerChannel channel, long block, List<PvtDataDigest> digests, SignedData asker) {
    Map<CollectionName, Boolean> permitted = new HashMap<>();
    for (PvtDataDigest digest : digests) {
      permitted.computeIfAbsent(collectionOf(digest), name -> mayHave(channel, name, block, asker));
    }
    Map<Long, TxPvtReadWriteSet> held = new HashMap<>();
    for (TxPvtData data :
        channel.ledger().privateData(block, name -> permitted.getOrDefault(name, false))) {
      held.put(data.txNumber(), data.writeSet());
    }
    Map<PvtDataDigest, List<ByteString>> found = new HashMap<>();
    for (PvtDataDigest digest : digests) {
      TxPvtReadWriteSet sets = held.get(digest.getSeqInBlock());
      if (sets != null) {
        add(found, digest, sets);
      }
    }
    return found;
  }

  private boolean mayHave(PeerChannel channel, CollectionName name, long block, SignedData asker) {
    return membership.isMember(channel, name, asker)
        || membership
            .before(channel, name, block)
            .filter(collection -> membership.isMember(channel, collection, asker))
            .isPresent();
  }

  private Map<PvtDataDigest, List<ByteString>> staged(
      PeerChannel channel, List<PvtDataDigest> digests, SignedData asker) {
    Map<StaticCollectionConfig, Boolean> permitted = new HashMap<>();
    Map<PvtDataDigest, List<ByteString>> found = new HashMap<>();
    for (PvtDataDigest digest : digests) {
      if (digest.getTxId().isEmpty()) {
        continue; // asked for by number in a block that is not here yet
      }
      for (TransientStore.Staged candidate : channel.staged().byTxId(digest.getTxId())) {
        // Each set by the definition that came with it: who sends sets can open only these.
        Optional<StaticCollectionConfig> collection =
            definition(candidate.results(), collectionOf(digest));
        if (collection.isPresent()
            && permitted.computeIfAbsent(
                collection.get(), each -> membership.isMember(channel, each, asker))) {
          add(found, digest, candidate.results().getPvtRwset());
        }
      }
    }
    return found;
  }

  private static Optional<StaticCollectionConfig> definition(
      TxPvtReadWriteSetWithConfigInfo results, CollectionName name) {
    CollectionConfigPackage all =
        results.getCollectionConfigsOrDefault(
            name.namespace(), CollectionConfigPackage.getDefaultInstance());
    for (CollectionConfig config : all.getConfigList()) {
      if (config.getStaticCollectionConfig().getName().equals(name.collection())) {
        return Optional.of(config.getStaticCollectionConfig());
      }
    }
    return Optional.empty();
  }

  private static CollectionName collectionOf(PvtDataDigest digest) {
    return new CollectionName(digest.getNamespace(), digest.getCollection());
  }

  private static void add(
      Map<PvtDataDigest, List<ByteString>> found, PvtDataDigest digest, TxPvtReadWriteSet sets) {
    Set<ByteString> known = new HashSet<>(found.getOrDefault(digest, List.of()));
    for (NsPvtReadWriteSet namespace : sets.getNsPvtRwsetList()) {
      if (namespace.getNamespace().equals(digest.getNamespace())) {
        for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
          if (collection.getCollectionName().equals(digest.getCollection())
              && known.add(collection.getRwset())) {
            found.computeIfAbsent(digest, each -> new ArrayList<>()).add(collection.getRwset());
          }
        }
      }
    }
  }
}
