package io.denim.peer;

import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.TxPvtData;
import io.denim.validate.ValidatedBlock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// Finds the clear private writes of a block's transactions: those that outlived a reset of the
/// ledger, that came along with the block, that this peer endorsed or was sent, and those of other
/// peers (fabric v3.1.5 gossip/privdata/coordinator.go). The committing thread alone looks; others
/// may bring what comes with blocks.
final class BlockPrivateDataSource {
  private final PeerChannel channel;
  private final PrivateDataFetch fetch;
  private final Map<Long, Map<Integer, TxPvtReadWriteSet>> sent = new ConcurrentHashMap<>();

  BlockPrivateDataSource(PeerChannel channel, PrivateDataFetch fetch) {
    this.channel = channel;
    this.fetch = fetch;
  }

  /// Keeps private data that came along with a block until that is committed. No more than as many
  /// blocks as are under way have any.
  void sent(long block, Map<Integer, TxPvtReadWriteSet> data) {
    sent.put(block, data);
  }

  /// @param mayWait whether other peers may be asked
  /// @return empty if they have to be and must not
  Optional<BlockPrivateData> of(ValidatedBlock block, boolean mayWait) throws InterruptedException {
    long number = block.block().getHeader().getNumber();
    BlockPrivateDataSearch search =
        new BlockPrivateDataSearch(
            block.transactions(), name -> fetch.membership().isMember(channel, name));
    if (!search.lacking().isEmpty()) {
      search.takeSent(sent.getOrDefault(number, Map.of()));
      search.takeStaged(channel.staged());
    }
    if (!search.lacking().isEmpty()) {
      search.takeSent(kept(number));
    }
    if (!search.lacking().isEmpty()) {
      if (!mayWait) {
        return Optional.empty();
      }
      fetch.fetch(channel, number, search);
    }
    return Optional.of(search.result());
  }

  private Map<Integer, TxPvtReadWriteSet> kept(long number) {
    Map<Integer, TxPvtReadWriteSet> kept = new HashMap<>();
    for (TxPvtData data : channel.ledger().keptPrivateData(number)) {
      kept.put(Math.toIntExact(data.txNumber()), data.writeSet());
    }
    return kept;
  }

  /// Forgets what came along with a block, which is committed now.
  void committed(long block) {
    sent.remove(block);
  }
}
