package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.BlockIterator;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerException;
import io.denim.ledger.StateUpdates;
import io.denim.ledger.TransactionStatus;
import io.denim.wire.Blocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// A channel without validation: each envelope becomes a block with the given verdict.
final class TestChannel implements GatewayChannel {
  final CommitNotifier commits = new CommitNotifier();
  final Map<String, DefinedChaincode> chaincodes = new HashMap<>();
  volatile boolean unreadable;
  final AtomicInteger awaited = new AtomicInteger();
  private final ChannelConfig config;
  private final List<Block> blocks = new ArrayList<>();
  private final Map<String, TransactionStatus> statuses = new HashMap<>();

  TestChannel(ChannelConfig config) {
    this.config = config;
    blocks.add(Blocks.of(0, ByteString.EMPTY, List.of()));
  }

  void commit(Envelope transaction, TxValidationCode code) throws Exception {
    String txId =
        ChannelHeader.parseFrom(
                Payload.parseFrom(transaction.getPayload()).getHeader().getChannelHeader())
            .getTxId();
    CommittedBlock committed;
    synchronized (this) {
      Block block =
          Blocks.withSlot(
              Blocks.of(blocks.size(), ByteString.EMPTY, List.of(transaction.toByteString())),
              BlockMetadataIndex.TRANSACTIONS_FILTER,
              ByteString.copyFrom(new byte[] {(byte) code.getNumber()}));
      statuses.put(txId, new TransactionStatus(code, blocks.size()));
      blocks.add(block);
      notifyAll();
      committed =
          new CommittedBlock(
              block, List.of(txId), List.of(code), new NoUpdates(), ByteString.EMPTY);
    }
    commits.committed(config.channelId(), committed);
  }

  private record NoUpdates() implements StateUpdates {
    @Override
    public Set<String> namespaces() {
      return Set.of();
    }

    @Override
    public Map<String, Optional<ByteString>> publicUpdates(String namespace) {
      return Map.of();
    }

    @Override
    public Map<ByteString, Optional<ByteString>> hashedUpdates(
        String namespace, String collection) {
      return Map.of();
    }
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public synchronized long height() {
    return blocks.size();
  }

  @Override
  public void awaitReceived(Duration patience) {
    awaited.incrementAndGet();
  }

  @Override
  public synchronized Optional<TransactionStatus> transactionStatus(String txId) {
    return Optional.ofNullable(statuses.get(txId));
  }

  @Override
  public Optional<DefinedChaincode> chaincode(String name) {
    return Optional.ofNullable(chaincodes.get(name));
  }

  @Override
  public BlockIterator blocks(long from) {
    return new Iterator(from);
  }

  private final class Iterator implements BlockIterator {
    private long next;
    private boolean closed;

    Iterator(long next) {
      this.next = next;
    }

    @Override
    public Optional<Block> next() throws InterruptedException {
      if (unreadable) {
        throw new LedgerException("block [" + next + "] is not in the block files");
      }
      synchronized (TestChannel.this) {
        while (!closed && next >= blocks.size()) {
          TestChannel.this.wait();
        }
        return closed ? Optional.empty() : Optional.of(blocks.get((int) next++));
      }
    }

    @Override
    public Next next(Duration patience) throws InterruptedException {
      return next().<Next>map(Next.Found::new).orElseGet(Next.Closed::new);
    }

    @Override
    public Optional<Block> poll() {
      throw new UnsupportedOperationException("not asked for by the gateway");
    }

    @Override
    public void close() {
      synchronized (TestChannel.this) {
        closed = true;
        TestChannel.this.notifyAll();
      }
    }
  }
}
