package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.wire.BlockHash;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Block;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Orderers that are killed, stopped and cut off, for real, while clients broadcast: all that was
/// acknowledged is in the chain once, and the chains are equal.
@Tag("long")
class OrdererFaultsTest {
  @TempDir private Path folder;

  @Test
  @Timeout(600)
  void nothingAcknowledgedIsLostWhateverHappensToALeader() throws Exception {
    try (OrdererProcesses orderers = new OrdererProcesses(folder, 3)) {
      orderers.startAll();
      orderers.joinAll();
      try (BroadcastLoad load = new BroadcastLoad(orderers, 3)) {
        load.awaitMore(20, "at first");
        killTheLeader(orderers, load, 1);
        pauseTheLeader(orderers, load);
        cutOffTheLeader(orderers, load);
        check(orderers, load.end());
      }
    }
  }

  @Test
  @Timeout(900)
  void fiveOrderersBearLeaderAfterLeader() throws Exception {
    try (OrdererProcesses orderers = new OrdererProcesses(folder, 5)) {
      orderers.startAll();
      orderers.joinAll();
      try (BroadcastLoad load = new BroadcastLoad(orderers, 10)) {
        for (int round = 0; round < 4; round++) {
          killTheLeader(orderers, load, 3);
          pauseTheLeader(orderers, load);
          cutOffTheLeader(orderers, load);
          restartAll(orderers, load);
        }
        check(orderers, load.end());
      }
    }
  }

  private static void killTheLeader(OrdererProcesses orderers, BroadcastLoad load, int times)
      throws Exception {
    for (int i = 0; i < times; i++) {
      int leader = orderers.awaitLeader();
      orderers.kill(leader);
      load.awaitMore(20, "after leader " + leader + " was killed");
      orderers.start(leader);
    }
  }

  private static void pauseTheLeader(OrdererProcesses orderers, BroadcastLoad load)
      throws Exception {
    int leader = orderers.awaitLeader();
    orderers.pause(leader);
    load.awaitMore(20, "while leader " + leader + " is stopped");
    orderers.resume(leader);
    load.awaitMore(20, "after it goes on");
  }

  private static void cutOffTheLeader(OrdererProcesses orderers, BroadcastLoad load)
      throws Exception {
    int leader = orderers.awaitLeader();
    orderers.cut(leader);
    load.awaitMore(20, "while nobody reaches leader " + leader);
    orderers.mend(leader);
    load.awaitMore(20, "after it is reached again");
  }

  private static void restartAll(OrdererProcesses orderers, BroadcastLoad load) throws Exception {
    for (int i = 0; i < orderers.size(); i++) {
      orderers.kill(i);
    }
    orderers.startAll();
    load.awaitMore(20, "after all were killed");
  }

  private static void check(OrdererProcesses orderers, List<ByteString> acknowledged)
      throws Exception {
    List<List<Block>> chains = orderers.stopWithEqualHeights();
    Map<ByteString, Integer> ordered = new HashMap<>();
    List<ByteString> hashes = new ArrayList<>();
    for (Block block : chains.getFirst()) {
      hashes.add(BlockHash.ofHeader(block.getHeader()));
      block.getData().getDataList().forEach(data -> ordered.merge(data, 1, Integer::sum));
    }
    assertThat(acknowledged).hasSizeGreaterThan(100);
    for (ByteString envelope : acknowledged) {
      assertThat(ordered.get(envelope)).as("how often an acknowledged one is there").isEqualTo(1);
    }
    for (int i = 1; i < hashes.size(); i++) {
      assertThat(chains.getFirst().get(i).getHeader().getPreviousHash())
          .isEqualTo(hashes.get(i - 1));
    }
    for (List<Block> chain : chains) {
      List<ByteString> others =
          chain.stream().map(block -> BlockHash.ofHeader(block.getHeader())).toList();
      assertThat(others).isEqualTo(hashes);
    }
  }
}
