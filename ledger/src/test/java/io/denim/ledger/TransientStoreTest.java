package io.denim.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.denim.ledger.TransientStore.Staged;
import java.nio.file.Path;
import java.util.Set;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransientStoreTest {
  @TempDir private Path directory;

  @Test
  void whatIsStagedIsKeptUntilPurged() {
    try (TransientStore store = TransientStore.open(directory)) {
      store.persist("a", 5, results(1));
      store.persist("a", 7, results(2));
      store.persist("ab", 6, results(3));
    }
    try (TransientStore store = TransientStore.open(directory)) {
      assertThat(store.byTxId("a"))
          .containsExactly(new Staged(5, results(1)), new Staged(7, results(2)));
      store.persist("a", 7, results(4));
      assertThat(store.byTxId("a")).hasSize(3);
      store.purgeBelowHeight(7);
      assertThat(store.byTxId("a"))
          .containsExactly(new Staged(7, results(2)), new Staged(7, results(4)));
      assertThat(store.byTxId("ab")).isEmpty();
      store.purgeByTxIds(Set.of("a", "unknown"));
      assertThat(store.byTxId("a")).isEmpty();
    }
  }

  private static TxPvtReadWriteSetWithConfigInfo results(long endorsedAt) {
    return TxPvtReadWriteSetWithConfigInfo.newBuilder().setEndorsedAt(endorsedAt).build();
  }
}
