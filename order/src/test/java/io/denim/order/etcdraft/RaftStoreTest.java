package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log of six synced appends, whose file is then spoilt in one place.
class RaftStoreTest {
  private static final int APPENDS = 6;

  @TempDir Path folder;
  private Path log;
  private final int[] ends = new int[APPENDS]; // of the file after each append

  @BeforeEach
  void append() throws Exception {
    log = folder.resolve("log");
    try (RaftStore store = RaftStore.open(folder)) {
      for (int i = 0; i < APPENDS; i++) {
        Entry entry =
            new Entry(
                i + 1,
                i + 1,
                Entry.Type.NORMAL,
                RaftCodec.bytes(ByteString.copyFromUtf8("entry " + i)));
        store.append(List.of(entry), Optional.of(new HardState(i + 1, 1, i)), true);
        ends[i] = (int) Files.size(log);
      }
    }
  }

  @Test
  void whatWasCutShortAtAnyByteIsLeftOutAndTheLogGoesOn() throws Exception {
    byte[] whole = Files.readAllBytes(log);
    for (int length = ends[APPENDS - 2]; length < whole.length; length++) {
      Files.write(log, Arrays.copyOf(whole, length));
      try (RaftStore store = RaftStore.open(folder)) {
        assertThat(store.stored().hardState().term()).isEqualTo(APPENDS - 1);
        store.append(List.of(), Optional.of(new HardState(99, 2, 0)), true);
      }
      try (RaftStore store = RaftStore.open(folder)) {
        assertThat(store.stored().hardState().term()).isEqualTo(99);
      }
    }
  }

  @Test
  void zerosBehindTheLastRecordAreLeftOut() throws Exception {
    byte[] whole = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(whole, whole.length + 4_096));
    try (RaftStore store = RaftStore.open(folder)) {
      assertThat(store.stored().entries()).hasSize(APPENDS);
    }
    assertThat(Files.size(log)).isEqualTo(whole.length);
  }

  @Test
  void aBitThatFlippedAnywhereBeforeTheLastRecordIsNeverTakenForATornEnd() throws Exception {
    byte[] whole = Files.readAllBytes(log);
    for (int at = 0; at < ends[APPENDS - 2]; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      Files.write(log, damaged);
      assertThatThrownBy(() -> RaftStore.open(folder))
          .as("byte %d", at)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(log.toString())
          .hasMessageContaining("damaged at byte");
      assertThat(Files.readAllBytes(log)).as("nothing is cut off").isEqualTo(damaged);
    }
  }
}
