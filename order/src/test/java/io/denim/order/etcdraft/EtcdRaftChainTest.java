package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.order.Chain;
import io.denim.order.ChannelException;
import io.denim.order.Submission;
import io.denim.order.WaitingBytes;
import io.denim.wire.BlockHash;
import io.denim.wire.TlsKeyPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A channel with one consenter, over the golden chain's genesis block: batches of 10, 300 ms.
class EtcdRaftChainTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25");

  @TempDir Path folder;
  private RecordingSupport support;

  @BeforeEach
  void newChannel() throws Exception {
    Block genesis = Block.parseFrom(Files.readAllBytes(GOLDEN.resolve("genesis.block")));
    support = new RecordingSupport(genesis, SignatureVerifier.create());
  }

  @Test
  void envelopesBecomeChainedBlocksWithRaftsMetadata() throws Exception {
    try (Chain chain = started()) {
      List<BlockingQueue<Submission>> outcomes = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        outcomes.add(order(chain, i));
      }
      for (BlockingQueue<Submission> outcome : outcomes) {
        assertThat(outcome.take()).isInstanceOf(Submission.Accepted.class);
      }
      support.awaitHeight(4); // 10, 10, and 5 when their time is over
      assertThat(chain.participation()).isEqualTo(new Chain.Participation("consenter", "active"));
      assertThat(chain.isHealthy()).isTrue();
    }
    List<Block> blocks = support.blocks();
    for (int i = 1; i < blocks.size(); i++) {
      assertThat(blocks.get(i).getHeader().getPreviousHash())
          .isEqualTo(BlockHash.ofHeader(blocks.get(i - 1).getHeader()));
      assertThat(blocks.get(i).getHeader().getNumber()).isEqualTo(i);
    }
    BlockMetadata metadata = BlockMetadata.parseFrom(support.lastMetadata());
    assertThat(metadata.getConsenterIdsList()).containsExactly(1L);
    assertThat(metadata.getNextConsenterId()).isEqualTo(2);
    // One change of membership and the leader's empty entry come before the blocks.
    assertThat(metadata.getRaftIndex()).isEqualTo(5);
  }

  @Test
  void aRestartedChainGoesOnAndWritesNoBlockTwice() throws Exception {
    for (int round = 1; round <= 4; round++) {
      try (Chain chain = started()) {
        orderTen(chain);
        support.awaitHeight(1 + round);
      }
    }
    assertThat(support.blocks()).hasSize(5);
    assertThat(support.blocks().getLast().getHeader().getNumber()).isEqualTo(4);
  }

  @Test
  void aBlockThatWasStoredByRaftAndNotWrittenIsWrittenAfterTheRestart() throws Exception {
    try (Chain chain = started()) {
      orderTen(chain);
      support.awaitHeight(2);
    }
    Block genesis = support.blocks().getFirst();
    RecordingSupport behind = new RecordingSupport(genesis, SignatureVerifier.create());
    Block written = support.blocks().getLast();
    support = behind;
    try (Chain chain = started()) {
      support.awaitHeight(2);
      assertThat(support.lastBlock()).isEqualTo(written);
    }
  }

  @Test
  void aTornLogEndsWithItsLastWholeRecord() throws Exception {
    try (Chain chain = started()) {
      orderTen(chain);
      support.awaitHeight(2);
    }
    Path log = folder.resolve("ch/log");
    Files.write(log, new byte[] {0, 0, 1, 0, 7, 7, 7}, StandardOpenOption.APPEND);
    try (Chain chain = started()) {
      orderTen(chain);
      support.awaitHeight(3);
    }
    try (RaftStore store = RaftStore.open(folder.resolve("ch"))) {
      assertThat(store.stored().fresh()).isFalse();
      assertThat(store.stored().entries()).hasSizeGreaterThan(3);
    }
  }

  @Test
  void theLogShrinksWhenItHasGrownPastTheSnapshotSize() throws Exception {
    byte[] big = new byte[3_000_000];
    try (Chain chain = started()) {
      for (int i = 0; i < 12; i++) {
        big[0] = (byte) i;
        awaitLeader(chain, Envelope.newBuilder().setPayload(ByteString.copyFrom(big)).build());
      }
      support.awaitHeight(13);
    }
    assertThat(Files.size(folder.resolve("ch/log"))).isLessThan(12 * 3_000_000);
    try (Chain chain = started()) {
      orderTen(chain);
      support.awaitHeight(14);
    }
  }

  @Test
  void aNodeThatIsNoConsenterIsRefused() throws Exception {
    ByteString other =
        ByteString.copyFrom(
            Files.readAllBytes(
                GOLDEN.resolve(
                    "crypto/peerOrganizations/org1.example.com/tlsca/tlsca.org1.example.com-cert.pem")));
    EtcdRaftConsenter consenter = consenter(other);
    assertThatThrownBy(() -> consenter.chain("ch", support, ByteString.EMPTY))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("not one of the channel's consenters");
  }

  @Test
  void aClosedChainTakesNothing() throws Exception {
    Chain chain = started();
    chain.close();
    assertThat(order(chain, 1).take()).isEqualTo(new Submission.Unavailable("chain is stopped"));
    assertThat(chain.isHealthy()).isFalse();
  }

  private Chain started() throws Exception {
    ByteString certificate =
        ByteString.copyFrom(
            Files.readAllBytes(
                GOLDEN.resolve(
                    "crypto/ordererOrganizations/example.com/orderers/orderer0.example.com/tls/server.crt")));
    Chain chain = consenter(certificate).chain("ch", support, support.lastMetadata());
    chain.start();
    return chain;
  }

  private EtcdRaftConsenter consenter(ByteString certificate) throws Exception {
    LocalMsp msp =
        LocalMsp.load(
            GOLDEN.resolve(
                "crypto/ordererOrganizations/example.com/orderers/orderer0.example.com/msp"),
            "OrdererMSP",
            SignatureVerifier.create(),
            InstantSource.system());
    var tls = new EtcdRaftConsenter.Tls(certificate, new TlsKeyPair(certificate, ByteString.EMPTY));
    return new EtcdRaftConsenter(
        EtcdRaftConsenter.Settings.of(folder, Optional.of(tls)),
        new EnvelopeSigner(msp.signingIdentity(), InstantSource.system()),
        new Metrics(),
        InstantSource.system(),
        new EtcdRaftConsenter.Room(WaitingBytes.customary(), WaitingBytes.customary()));
  }

  private void orderTen(Chain chain) throws Exception {
    List<BlockingQueue<Submission>> outcomes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      outcomes.add(order(chain, i));
    }
    for (BlockingQueue<Submission> outcome : outcomes) {
      assertThat(outcome.take()).isInstanceOf(Submission.Accepted.class);
    }
  }

  private static BlockingQueue<Submission> order(Chain chain, int number) throws Exception {
    return awaitLeader(
        chain,
        Envelope.newBuilder().setPayload(ByteString.copyFromUtf8("message " + number)).build());
  }

  /// Offers the envelope until the chain has elected its leader, which it does at once.
  ///
  /// @return where the outcome arrives
  private static BlockingQueue<Submission> awaitLeader(Chain chain, Envelope envelope)
      throws Exception {
    var noLeader = new Submission.Unavailable("no Raft leader");
    BlockingQueue<Submission> outcome = new ArrayBlockingQueue<>(1);
    chain.order(envelope, 0, outcome::add);
    while (outcome.remove(noLeader)) {
      Thread.onSpinWait();
      chain.order(envelope, 0, outcome::add);
    }
    return outcome;
  }
}
