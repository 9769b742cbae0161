package io.denim.peer;

import io.denim.deliver.DeliverChannel;
import io.denim.deliver.DeliverException;
import io.denim.deliver.PrivateBlockData;
import io.denim.ledger.LedgerException;
import io.denim.ledger.TxPvtData;
import io.denim.policy.SignedData;
import java.util.HashMap;
import java.util.Map;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// Gives readers of blocks the private data of those collections that they are members of (fabric
/// v3.1.5 core/peer/deliverevents.go).
record PeerPrivateBlockData(PeerChannels channels, CollectionMembership membership)
    implements PrivateBlockData {
  @Override
  public Map<Long, TxPvtReadWriteSet> readable(
      DeliverChannel channel, long blockNumber, SignedData reader) throws DeliverException {
    PeerChannel own = channels.channel(channel.config().channelId()).orElseThrow();
    try {
      Map<Long, TxPvtReadWriteSet> readable = new HashMap<>();
      for (TxPvtData data :
          own.ledger()
              .privateData(
                  blockNumber, collection -> membership.isMember(own, collection, reader))) {
        readable.put(data.txNumber(), data.writeSet());
      }
      return readable;
    } catch (LedgerException e) {
      throw new DeliverException(
          "error getting private data by block number " + blockNumber + ": " + e.getMessage(), e);
    }
  }
}
