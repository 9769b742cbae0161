package io.denim.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.denim.identity.Cryptogen;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hyperledger.fabric.protos.common.Block;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A feed of blocks from orderers of which one stalls, lies, dies or comes back.
@Timeout(60)
class BlockFeedTest {
  private static final BlockFeed.Connection PLAIN =
      new BlockFeed.Connection(false, Optional.empty());
  private static final Duration STALL = Duration.ofMillis(300);

  @TempDir private static Path folder;
  private static EnvelopeSigner signer;

  private ScriptedOrderer one;
  private ScriptedOrderer other;
  private final Blocks blocks = new Blocks();

  @BeforeAll
  static void enroll() throws Exception {
    Cryptogen.generate(
        folder,
        List.of(Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 1, 0)),
        List.of(),
        Clock.systemUTC());
    Path msp =
        folder.resolve("peerOrganizations/org1.example.com/peers/peer0.org1.example.com/msp");
    signer =
        new EnvelopeSigner(
            LocalMsp.load(msp, "Org1MSP", SignatureVerifier.create(), Clock.systemUTC())
                .signingIdentity(),
            InstantSource.system());
  }

  @BeforeEach
  void serve() throws Exception {
    one = new ScriptedOrderer("one");
    other = new ScriptedOrderer("other");
    blocks.orderers.addAll(List.of(one.endpoint(), other.endpoint()));
  }

  @AfterEach
  void end() {
    one.close();
    other.close();
  }

  /// Takes blocks in order.
  private static final class Blocks implements BlockFeed.Taker {
    final List<OrdererEndpoint> orderers = new CopyOnWriteArrayList<>();
    final BlockingQueue<Block> taken = new ArrayBlockingQueue<>(100);
    final BlockingQueue<Boolean> outOfReach = new ArrayBlockingQueue<>(1_000);
    Optional<BlockFeed.HeaderCheck> headerCheck = Optional.empty();
    volatile String refused = "";
    final AtomicLong next = new AtomicLong();

    @Override
    public long next() {
      return next.get();
    }

    @Override
    public List<OrdererEndpoint> orderers() {
      return orderers;
    }

    @Override
    public Optional<String> take(Block block) {
      if (ScriptedOrderer.number(block) != next.get()
          || ScriptedOrderer.mark(block).equals(refused)) {
        return Optional.of("it is not the next block");
      }
      next.incrementAndGet();
      taken.add(block);
      return Optional.empty();
    }

    @Override
    public void outOfReach(boolean isSo) {
      boolean unused = outOfReach.offer(isSo);
    }

    @Override
    public Optional<BlockFeed.HeaderCheck> headerCheck() {
      return headerCheck;
    }

    /// Waits for a block.
    ///
    /// @return who brought it
    String await(long number) throws InterruptedException {
      Block block = taken.poll(30, TimeUnit.SECONDS);
      assertThat(block).as("block %d", number).isNotNull();
      assertThat(ScriptedOrderer.number(block)).isEqualTo(number);
      return ScriptedOrderer.mark(block);
    }
  }

  private BlockFeed feed() {
    FeedTiming usual = FeedTiming.defaults();
    BlockFeed feed =
        new BlockFeed(
            "ch",
            blocks,
            signer,
            PLAIN,
            new FeedTiming(
                usual.connectTimeout(),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                usual.totalPause(),
                STALL));
    feed.start();
    return feed;
  }

  private ScriptedOrderer called(String mark) {
    return mark.equals("one") ? one : other;
  }

  private ScriptedOrderer notCalled(String mark) {
    return mark.equals("one") ? other : one;
  }

  @Test
  void anOrdererThatStallsIsLeftForOneThatHasMore() throws Exception {
    one.has(2);
    other.has(2);
    try (BlockFeed feed = feed()) {
      String stalling = blocks.await(0);
      blocks.await(1);
      notCalled(stalling).has(4);
      assertThat(blocks.await(2)).isNotEqualTo(stalling);
      assertThat(blocks.await(3)).isNotEqualTo(stalling);
    }
  }

  @Test
  void anIdleChannelIsNoReasonToLeaveAnOrderer() throws Exception {
    one.has(1);
    other.has(1);
    try (BlockFeed feed = feed()) {
      String followed = blocks.await(0);
      // Several times the patience, measured by the feed's own questions to the other orderer.
      assertThat(blocks.taken.poll(5 * STALL.toMillis(), TimeUnit.MILLISECONDS)).isNull();
      assertThat(called(followed).asked()).isEqualTo(1);
      assertThat(notCalled(followed).asked()).isZero();
      called(followed).has(2);
      assertThat(blocks.await(1)).isEqualTo(followed);
    }
  }

  @Test
  void whoWithholdsBlocksIsFoundOutBySignedHeadersOfOthers() throws Exception {
    blocks.headerCheck = Optional.of(header -> Optional.empty());
    one.has(2);
    other.has(2);
    try (BlockFeed feed = feed()) {
      String withholding = blocks.await(0);
      blocks.await(1);
      notCalled(withholding).has(5);
      assertThat(blocks.await(2)).isNotEqualTo(withholding);
    }
  }

  @Test
  void headersThatNobodySignedProveNothing() throws Exception {
    blocks.headerCheck = Optional.of(header -> Optional.of("nobody signed it"));
    one.has(1);
    other.has(1);
    try (BlockFeed feed = feed()) {
      String honest = blocks.await(0);
      notCalled(honest).has(1, 1_000);
      assertThat(blocks.taken.poll(5 * STALL.toMillis(), TimeUnit.MILLISECONDS)).isNull();
      called(honest).has(2);
      assertThat(blocks.await(1)).isEqualTo(honest);
      assertThat(notCalled(honest).asked()).isZero();
    }
  }

  @Test
  void blocksThatAreRefusedAreGotFromAnother() throws Exception {
    blocks.refused = "one";
    one.has(3);
    other.has(3);
    try (BlockFeed feed = feed()) {
      for (long number = 0; number < 3; number++) {
        assertThat(blocks.await(number)).isEqualTo("other");
      }
    }
  }

  @Test
  void anOrdererOfWhichAllIsRefusedCountsAsOutOfReach() throws Exception {
    blocks.orderers.remove(1);
    blocks.refused = "one";
    one.has(3);
    try (BlockFeed feed = feed()) {
      assertThat(blocks.outOfReach.poll(30, TimeUnit.SECONDS)).isTrue();
      assertThat(blocks.outOfReach.poll(30, TimeUnit.SECONDS)).isTrue();
      blocks.refused = "";
      blocks.await(0);
    }
  }

  @Test
  void whoRestsTakesNothingAndGoesOnWhereItWas() throws Exception {
    one.has(1);
    other.has(1);
    try (BlockFeed feed = feed()) {
      blocks.await(0);
      feed.follow(false);
      one.has(2);
      other.has(2);
      // One block may have been on its way.
      Block late = blocks.taken.poll(2 * STALL.toMillis(), TimeUnit.MILLISECONDS);
      one.has(3);
      other.has(3);
      assertThat(blocks.taken.poll(2 * STALL.toMillis(), TimeUnit.MILLISECONDS)).isNull();
      feed.follow(true);
      for (long number = late == null ? 1 : 2; number < 3; number++) {
        blocks.await(number);
      }
    }
  }

  @Test
  void withNobodyInReachItSaysSoAndGoesOnWhenOneIs() throws Exception {
    one.close();
    other.close();
    try (BlockFeed feed = feed()) {
      assertThat(blocks.outOfReach.poll(30, TimeUnit.SECONDS)).isTrue();
      one = new ScriptedOrderer("again");
      one.has(1);
      blocks.orderers.set(0, one.endpoint());
      assertThat(blocks.await(0)).isEqualTo("again");
    }
  }
}
