package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.identity.SignatureVerifier;
import io.denim.order.BlockSigner;
import io.denim.order.ChainSupport;
import io.denim.order.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;

/// A channel that keeps its blocks in memory, across chains that come and go.
final class RecordingSupport implements ChainSupport {
  private final SignatureVerifier verifier;
  private final List<Block> blocks = new ArrayList<>();
  private final List<ByteString> metadata = new ArrayList<>();
  private ChannelConfig config;
  private boolean left;
  private final Optional<BlockSigner> signer;
  private long lastConfig;

  RecordingSupport(Block genesis, SignatureVerifier verifier) throws ChannelConfigException {
    this(genesis, verifier, Optional.empty());
  }

  /// @param signer signs blocks, where others are to believe them
  RecordingSupport(Block genesis, SignatureVerifier verifier, Optional<BlockSigner> signer)
      throws ChannelConfigException {
    this.verifier = verifier;
    this.signer = signer;
    this.config = ChannelConfig.ofBlock(genesis, verifier);
    blocks.add(genesis);
    metadata.add(ByteString.EMPTY);
  }

  @Override
  public synchronized ChannelConfig config() {
    return config;
  }

  @Override
  public Verdict recheck(Envelope message, boolean isConfig) {
    return new Verdict.Passed(message, config().sequence());
  }

  @Override
  public synchronized Block lastBlock() {
    return blocks.getLast();
  }

  synchronized ByteString lastMetadata() {
    return metadata.getLast();
  }

  synchronized List<Block> blocks() {
    return List.copyOf(blocks);
  }

  @Override
  public synchronized void write(List<Block> made, List<ByteString> consenterMetadata) {
    metadata.addAll(consenterMetadata);
    for (int i = 0; i < made.size(); i++) {
      Block block = made.get(i);
      lastConfig = ConfigBlocks.isConfigBlock(block) ? block.getHeader().getNumber() : lastConfig;
      ByteString kept = consenterMetadata.get(i);
      blocks.add(signer.map(each -> each.sign(block, lastConfig, kept)).orElse(block));
      if (ConfigBlocks.isConfigBlock(block)) {
        try {
          config = ChannelConfig.ofBlock(block, verifier);
        } catch (ChannelConfigException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    notifyAll();
  }

  @Override
  public synchronized void leave() {
    left = true;
    notifyAll();
  }

  /// Waits until the chain says that this node is no longer a consenter.
  synchronized void awaitLeft() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!left) {
      long remaining = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (remaining <= 0) {
        throw new AssertionError("the chain did not leave in time");
      }
      wait(remaining);
    }
  }

  /// Waits until so many blocks are written.
  void awaitHeight(int height) throws InterruptedException {
    if (!awaitMoreThan(height - 1, Duration.ofSeconds(20))) {
      throw new AssertionError("only " + blocks().size() + " of " + height + " blocks in time");
    }
  }

  /// Waits until there are more blocks than so many.
  synchronized boolean awaitMoreThan(int height, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (blocks.size() <= height) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
