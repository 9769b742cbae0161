package io.denim.gossip;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.Communication;
import io.denim.gossip.comm.ConnectionEvents;
import io.denim.gossip.comm.Incoming;
import io.denim.gossip.comm.PeerAddress;
import io.denim.gossip.comm.PkiId;
import io.denim.gossip.comm.RemotePeer;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.core.ChannelStatus;
import io.denim.gossip.core.Effect;
import io.denim.gossip.core.GossipCore;
import io.denim.gossip.core.Member;
import io.denim.gossip.core.Self;
import io.denim.gossip.core.View;
import io.denim.identity.SigningIdentity;
import io.denim.metrics.Metrics;
import io.grpc.BindableService;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A peer's part in gossip: brings what connections receive, and the time, to the {@link
/// GossipCore} on the one thread that owns it, and does what that wants. Others read the {@link
/// View} and use the {@link Communication}, from any thread. The queue to the owner is bounded by
/// what each connection may have waiting, and the blocks that wait to be brought to others.
public final class GossipNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.gossip");
  private static final long TICK_MILLIS = 100;
  private static final long SECOND = 1_000;
  private static final int MAX_WAITING_BLOCKS = 50;

  private final Self self;
  private final InstantSource clock;
  private final Supplier<List<ChannelStatus>> channels;
  private final ChannelListener listener;
  private final Communication communication;
  private final GossipCore core;
  private final MembershipReport report;
  private final BlockingQueue<Runnable> inputs = new LinkedBlockingQueue<>();
  private final Thread owner = Thread.ofVirtual().name("gossip").unstarted(this::run);
  private final AtomicInteger waitingBlocks = new AtomicInteger();
  private volatile View view = View.EMPTY;
  private volatile boolean closed;

  /// Who this peer is and what it asks the rest of the node.
  ///
  /// @param channels this peer's channels as they are now; asked several times a second
  /// @param listener is told of blocks that other peers bring, and whether this one leads
  public record Subject(
      Communication.Parties parties,
      ChannelJudge judge,
      Supplier<List<ChannelStatus>> channels,
      ChannelListener listener,
      InstantSource clock,
      Metrics metrics) {}

  /// Makes the node; nothing happens before {@link #start}.
  ///
  /// @param endpoint `host:port` for other organizations; empty if they cannot reach it
  /// @param internalEndpoint `host:port` for the own organization
  public GossipNode(
      GossipSettings settings, String endpoint, String internalEndpoint, Subject subject) {
    SigningIdentity signing = subject.parties().self().identity();
    this.self =
        new Self(
            PkiId.of(signing.serialized()),
            signing.serialized(),
            signing.mspId(),
            endpoint,
            internalEndpoint);
    this.clock = subject.clock();
    this.channels = subject.channels();
    this.listener = subject.listener();
    this.communication =
        new Communication(
            subject.parties(), settings.communication(), new Events(), subject.metrics());
    this.core =
        new GossipCore(
            self,
            settings.bootstrap(),
            settings.timing(),
            settings.leadership().election(),
            new MemberCrypto(signing, subject.parties().members(), subject.judge()),
            new Random(ThreadLocalRandom.current().nextLong()),
            clock.millis());
    this.report = new MembershipReport(settings.membershipReport().toMillis(), subject.metrics());
  }

  /// The service for other peers.
  public BindableService service() {
    return communication.service();
  }

  /// Sending, asking, and handlers for what comes in.
  public Communication communication() {
    return communication;
  }

  /// Who is alive and in which channel, this peer left out.
  public View view() {
    return view;
  }

  /// Where messages to a peer go.
  public static PeerAddress address(Member member) {
    return new PeerAddress(member.pkiId(), member.preferredEndpoint());
  }

  /// Where messages to a peer of a channel go.
  public static PeerAddress address(ChannelMember member) {
    return address(member.member());
  }

  /// Begins to look for others; other peers can dial this one by now.
  public void start() {
    LOG.info(
        "Creating gossip service with self membership of Endpoint: {}, InternalEndpoint: {},"
            + " PKI-ID: {}",
        self.endpoint(),
        self.internalEndpoint(),
        PkiId.brief(self.pkiId()));
    if (self.endpoint().isEmpty()) {
      LOG.warn(
          "External endpoint is empty, peer will not be accessible outside of its organization");
    }
    owner.start();
  }

  /// Brings a block that came from an orderer to peers of the own organization. Where too many wait
  /// for that already it is left out: who lacks it asks for it.
  ///
  /// @param block as its orderers signed it
  public void disseminate(String channelId, long number, ByteString block) {
    if (waitingBlocks.incrementAndGet() > MAX_WAITING_BLOCKS) {
      waitingBlocks.decrementAndGet();
      return;
    }
    inputs.add(() -> {
      waitingBlocks.decrementAndGet();
      apply(core.disseminate(channelId, number, block));
    });
  }

  /// Has another peer of the organization lead in a channel, if one can.
  public void yieldLeadership(String channelId) {
    inputs.add(() -> apply(core.yieldLeadership(channelId, clock.millis())));
  }

  private void run() {
    long nextTick = 0;
    long nextSecond = 0;
    long published = 0;
    while (!closed) {
      try {
        Runnable input = inputs.poll(Math.max(1, nextTick - clock.millis()), TimeUnit.MILLISECONDS);
        if (input != null) {
          input.run();
        }
        long now = clock.millis();
        if (now >= nextTick || nextTick - now > TICK_MILLIS) {
          nextTick = now + TICK_MILLIS;
          apply(core.channels(channels.get(), now));
          apply(core.tick(now));
        }
        if (now >= nextSecond || nextSecond - now > SECOND) {
          nextSecond = now + SECOND;
          communication.nextSecond();
          report.report(view, now);
        }
        if (now - published >= TICK_MILLIS && core.hasChanged()) {
          view = core.view();
          published = now;
        }
      } catch (InterruptedException e) {
        return; // closed
      } catch (RuntimeException e) {
        LOG.error("Gossip could not deal with something and goes on", e);
      }
    }
  }

  private void apply(List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send(ByteString pkiId, String endpoint, var envelope) -> {
          boolean unused = communication.send(new PeerAddress(pkiId, endpoint), envelope);
        }
        case Effect.Contact(String endpoint) -> communication.contact(endpoint);
        case Effect.Disconnect(ByteString pkiId) -> communication.disconnect(pkiId);
        case Effect.Deliver(String channelId, long number, ByteString block) ->
            listener.block(channelId, number, block);
        case Effect.Lead(String channelId, boolean leads) -> {
          report.leads(channelId, leads);
          listener.leads(channelId, leads);
        }
      }
    }
  }

  /// Brings events of connections to the owner.
  private final class Events implements ConnectionEvents {
    @Override
    public void connected(RemotePeer peer, String endpoint) {
      inputs.add(() ->
          apply(
              core.connected(
                  peer.pkiId(), peer.identity().serialized(), endpoint, clock.millis())));
    }

    @Override
    public void disconnected(ByteString pkiId) {
      inputs.add(() -> apply(core.disconnected(pkiId, clock.millis())));
    }

    @Override
    public void unreachable(ByteString expected, String endpoint) {
      inputs.add(() -> apply(core.unreachable(expected, clock.millis())));
    }

    @Override
    public void received(Incoming incoming, Runnable done) {
      inputs.add(() -> {
        try {
          apply(
              core.received(
                  incoming.from().pkiId(),
                  incoming.envelope(),
                  incoming.message(),
                  clock.millis()));
        } finally {
          done.run();
        }
      });
    }
  }

  /// Stops, and ends all connections.
  @Override
  public void close() {
    closed = true;
    owner.interrupt();
    communication.close();
  }
}
