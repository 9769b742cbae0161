package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.denim.consensus.ConfChange;
import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.hyperledger.fabric.protos.common.Block;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log that a Fabric v3.1.5 orderer wrote as one of three, up to the channel's first block.
class EtcdLogTest {
  private static final Path RECORDED =
      Path.of(System.getProperty("denim.testdata"), "etcd-log", "three-orderers.wal.gz");
  private static final int RESERVED = 8_192; // zeros after the last record

  @TempDir Path folder;
  private Path logs;
  private Path file;
  private byte[] recorded = new byte[0];

  @BeforeEach
  void unpack() throws Exception {
    logs = Files.createDirectories(folder.resolve("wal"));
    file = logs.resolve("0000000000000000-0000000000000000.wal");
    try (var in = new GZIPInputStream(Files.newInputStream(RECORDED))) {
      recorded = in.readAllBytes();
    }
    Files.write(file, recorded);
  }

  @Test
  void aNodeGoesOnFromWhatFabricStored() throws Exception {
    try (RaftStore store = RaftStore.open(logs, folder.resolve("snap"))) {
      checkWhole(store.stored());
    }
    assertThat(file).doesNotExist();
    try (RaftStore store = RaftStore.open(logs, folder.resolve("snap"))) {
      checkWhole(store.stored());
    }
  }

  private static void checkWhole(RaftStorage.Stored stored) throws Exception {
    assertThat(stored.fresh()).isFalse();
    assertThat(stored.snapshot()).isEmpty();
    List<Entry> entries = stored.entries();
    assertThat(entries).extracting(Entry::index).containsExactly(1L, 2L, 3L, 4L, 5L);
    for (int i = 0; i < 3; i++) {
      assertThat(RaftCodec.confChange(entries.get(i).data()))
          .isEqualTo(new ConfChange(ConfChange.Kind.ADD, i + 1));
    }
    assertThat(entries.get(3).data().isEmpty()).as("the leader's first entry").isTrue();
    Block block = Block.parseFrom(RaftCodec.content(entries.get(4).data()));
    assertThat(block.getHeader().getNumber()).isEqualTo(1);
    HardState state = stored.hardState();
    assertThat(state.term()).isEqualTo(entries.getLast().term());
    assertThat(state.commit()).isBetween(4L, 5L);
  }

  @Test
  void aTornRecordAtTheEndIsLeftOut() throws Exception {
    int end = recorded.length - RESERVED;
    byte[] torn = Arrays.copyOf(recorded, recorded.length);
    Arrays.fill(torn, end - 2_000, end, (byte) 0);
    Files.write(file, torn);
    try (RaftStore store = RaftStore.open(logs, folder.resolve("snap"))) {
      assertThat(store.stored().entries()).hasSize(4);
    }
  }

  @Test
  void damageBeforeTheEndIsNamed() throws Exception {
    byte[] damaged = recorded.clone();
    damaged[100] ^= 1;
    Files.write(file, damaged);
    assertThatThrownBy(() -> RaftStore.open(logs, folder.resolve("snap")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("damaged at byte");
  }
}
