package io.denim.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.hyperledger.fabric.protos.common.Block;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockStoreTest {
  private static final int SMALL_FILES = 64 * 1024;

  @TempDir private Path directory;

  @Test
  void aStoredChainIsReadBackAsItWas() {
    GoldenChain chain = GoldenChain.load("raft-v25");
    try (BlockStore store = open(LedgerOptions.BLOCK_FILE_SIZE)) {
      store.append(chain.blocks());
      assertReads(store, chain.blocks());
    }
    try (BlockStore store = open(LedgerOptions.BLOCK_FILE_SIZE)) {
      assertReads(store, chain.blocks());
    }
  }

  @Test
  void filesRollOverAndTheIndexIsBuiltAnewFromThem() throws IOException {
    List<Block> blocks = GoldenChain.load("range-sbe").blocks();
    try (BlockStore store = open(SMALL_FILES)) {
      for (Block block : blocks) {
        store.append(block);
      }
    }
    assertThat(Files.exists(BlockFiles.path(directory.resolve("blocks"), 3))).isTrue();
    IndexRebuild.deleteTree(directory.resolve("index"));
    try (BlockStore store = open(SMALL_FILES)) {
      assertReads(store, blocks);
    }
  }

  @Test
  void aBlockOutOfOrderIsRefused() {
    List<Block> chain = chain(3);
    try (BlockStore store = open(SMALL_FILES)) {
      store.append(chain.get(0));
      assertThatThrownBy(() -> store.append(chain.get(2)))
          .isInstanceOf(LedgerException.class)
          .hasMessage("block number should have been 1 but was 2");
      Block other = Blocks.of(1, ByteString.copyFromUtf8("another"), List.of(ByteString.EMPTY));
      assertThatThrownBy(() -> store.append(other))
          .hasMessageStartingWith("unexpected Previous block hash. Expected PreviousHash = [");
      assertThat(store.height()).isEqualTo(1);
    }
  }

  @Test
  void whereverTheFileIsCutTheWholeBlocksBeforeSurvive() throws IOException {
    List<Block> chain = chain(12);
    try (BlockStore store = open(SMALL_FILES)) {
      store.append(chain);
    }
    Path file = BlockFiles.path(directory.resolve("blocks"), 0);
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(7);
    for (int run = 0; run < 25; run++) {
      int cut = random.nextInt(whole.length);
      Files.write(file, java.util.Arrays.copyOf(whole, cut));
      try (BlockStore store = open(SMALL_FILES)) {
        int height = wholeBlocks(chain, cut);
        assertReads(store, chain.subList(0, height));
        store.append(chain.subList(height, chain.size()));
      }
      assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }
  }

  @Test
  void zeroesBehindTheLastBlockAreCutOff() throws IOException {
    List<Block> chain = chain(3);
    try (BlockStore store = open(SMALL_FILES)) {
      store.append(chain);
    }
    Path file = BlockFiles.path(directory.resolve("blocks"), 0);
    long length = Files.size(file);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(length + 4096);
    }
    try (BlockStore store = open(SMALL_FILES)) {
      assertReads(store, chain);
    }
    assertThat(Files.size(file)).isEqualTo(length);
  }

  @Test
  void anIteratorWaitsForBlocksAndEndsWhenClosed() throws Exception {
    List<Block> chain = chain(4);
    try (BlockStore store = open(SMALL_FILES)) {
      store.append(chain.get(0));
      BlockIterator iterator = store.iterator(0);
      assertThat(iterator.poll()).contains(chain.get(0));
      assertThat(iterator.poll()).isEmpty();
      AtomicReference<List<Block>> seen = new AtomicReference<>(List.of());
      CountDownLatch ended = new CountDownLatch(1);
      Thread reader =
          Thread.startVirtualThread(() -> {
            List<Block> blocks = new ArrayList<>();
            try {
              for (var next = iterator.next(); next.isPresent(); next = iterator.next()) {
                blocks.add(next.get());
                if (blocks.size() == 3) {
                  iterator.close();
                }
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            seen.set(blocks);
            ended.countDown();
          });
      store.append(chain.get(1));
      store.append(chain.subList(2, 4));
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      reader.join();
      assertThat(seen.get()).isEqualTo(chain.subList(1, 4));
    }
  }

  @Test
  void closingTheStoreEndsAWaitingIterator() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Thread reader;
    try (BlockStore store = open(SMALL_FILES)) {
      BlockIterator iterator = store.iterator(5);
      reader =
          Thread.startVirtualThread(() -> {
            try {
              if (iterator.next().isEmpty()) {
                ended.countDown();
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    reader.join();
  }

  private BlockStore open(int fileSize) {
    return BlockStore.open(directory.resolve("blocks"), directory.resolve("index"), fileSize);
  }

  private static void assertReads(BlockStore store, List<Block> blocks) {
    assertThat(store.height()).isEqualTo(blocks.size());
    for (Block block : blocks) {
      assertThat(store.blockByNumber(block.getHeader().getNumber())).contains(block);
      assertThat(store.blockByHash(BlockHash.ofHeader(block.getHeader()))).contains(block);
    }
    assertThat(store.blockByNumber(blocks.size())).isEmpty();
    if (!blocks.isEmpty()) {
      assertThat(store.blockByNumber(-1)).contains(blocks.getLast());
      assertThat(store.info().getCurrentBlockHash())
          .isEqualTo(BlockHash.ofHeader(blocks.getLast().getHeader()));
    }
  }

  private static int wholeBlocks(List<Block> chain, int bytes) {
    int left = bytes;
    int count = 0;
    while (count < chain.size() && left >= BlockFormat.frame(chain.get(count)).length) {
      left -= BlockFormat.frame(chain.get(count)).length;
      count++;
    }
    return count;
  }

  static List<Block> chain(int length) {
    Random random = new Random(length);
    List<Block> blocks = new ArrayList<>();
    ByteString previous = ByteString.EMPTY;
    for (int number = 0; number < length; number++) {
      List<ByteString> envelopes = new ArrayList<>();
      for (int i = 0; i <= number % 3; i++) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        envelopes.add(ByteString.copyFrom(bytes));
      }
      Block block = Blocks.of(number, previous, envelopes);
      blocks.add(block);
      previous = BlockHash.ofHeader(block.getHeader());
    }
    return blocks;
  }
}
