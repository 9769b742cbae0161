package io.denim.deliver;

import io.denim.wire.TlsConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the headers of all other orderers, where some may lie: a header that enough of them have
/// signed shows that a block exists which the followed one keeps back. The signatures are looked at
/// only once that is suspected. Each stream has a thread of its own; the suspicion is the feed's.
///
/// Follows fabric v3.1.5 common/deliverclient/blocksprovider/bft_censorship_monitor.go, except that
/// time counts only while the feed waits, so that a long way to catch up raises none.
final class HeaderWatch implements Withholding {
  private static final Logger LOG = LoggerFactory.getLogger(HeaderWatch.class);
  private static final int MAX_METADATA_BYTES = 1 << 20;
  private static final int INTERVALS = 20;
  private static final Duration LEAST_INTERVAL = Duration.ofMillis(100);

  private final OrdererRequests requests;
  private final FeedTiming timing;
  private final BlockFeed.HeaderCheck check;
  private final List<Source> sources = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private long suspected;
  private Duration behind = Duration.ZERO; // time waited while the suspected block was known

  /// One orderer's newest header.
  private static final class Source {
    final OrdererEndpoint orderer;
    volatile @Nullable Block newest;
    volatile boolean distrusted;

    Source(OrdererEndpoint orderer) {
      this.orderer = orderer;
    }

    boolean isAhead(long next) {
      Block header = newest;
      return header != null
          && !distrusted
          && Long.compareUnsigned(header.getHeader().getNumber(), next) >= 0;
    }
  }

  private HeaderWatch(OrdererRequests requests, FeedTiming timing, BlockFeed.HeaderCheck check) {
    this.requests = requests;
    this.timing = timing;
    this.check = check;
  }

  /// Begins to follow.
  ///
  /// @param others those whose blocks are not followed
  static HeaderWatch start(
      OrdererRequests requests,
      FeedTiming timing,
      BlockFeed.HeaderCheck check,
      List<OrdererEndpoint> others) {
    HeaderWatch watch = new HeaderWatch(requests, timing, check);
    for (OrdererEndpoint other : others) {
      Source source = new Source(other);
      watch.sources.add(source);
      watch.threads.add(
          Thread.ofVirtual().name("headers-" + other.address()).start(() -> watch.run(source)));
    }
    return watch;
  }

  private void run(Source source) {
    Duration pause = timing.firstPause();
    try {
      while (!source.distrusted) {
        pause = follow(source) ? timing.firstPause() : timing.longer(pause);
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      }
    } catch (InterruptedException e) {
      LOG.debug("The headers of {} are followed no more", source.orderer.address());
    }
  }

  /// @return whether any header came
  private boolean follow(Source source) throws InterruptedException {
    boolean came = false;
    try (OrdererStream stream = requests.ask(source.orderer, OrdererRequests.headersFromNewest())) {
      while (true) {
        switch (stream.next(timing.stallTimeout())) {
          case OrdererStream.Event.Silence() -> {}
          case OrdererStream.Event.Ended(String reason) -> {
            LOG.debug("{} sends no more headers: {}", source.orderer.address(), reason);
            return came;
          }
          case OrdererStream.Event.Received(DeliverResponse response) -> {
            if (!response.hasBlock()
                || response.getBlock().getMetadata().getSerializedSize() > MAX_METADATA_BYTES) {
              return came;
            }
            source.newest =
                response.getBlock().toBuilder().setData(BlockData.getDefaultInstance()).build();
            came = true;
          }
        }
      }
    } catch (TlsConfigurationException e) {
      LOG.debug("{} cannot be asked: {}", source.orderer.address(), e.getMessage());
      return false;
    }
  }

  @Override
  public Duration interval() {
    Duration interval = timing.stallTimeout().dividedBy(INTERVALS);
    return interval.compareTo(LEAST_INTERVAL) < 0 ? LEAST_INTERVAL : interval;
  }

  @Override
  public Optional<String> suspicion(long next, Duration waited, boolean silent) {
    if (Long.compareUnsigned(suspected, next) < 0) {
      behind = Duration.ZERO;
      suspected = newestAhead(next);
      return Optional.empty();
    }
    behind = behind.plus(waited);
    return behind.compareTo(timing.stallTimeout()) < 0 ? Optional.empty() : proof(next);
  }

  /// @return the number of the newest header there is; 0 if none is ahead
  private long newestAhead(long next) {
    long newest = 0;
    for (Source source : sources) {
      Block header = source.newest;
      if (header != null
          && source.isAhead(next)
          && Long.compareUnsigned(header.getHeader().getNumber(), newest) > 0) {
        newest = header.getHeader().getNumber();
      }
    }
    return newest;
  }

  private Optional<String> proof(long next) {
    for (Source source : sources) {
      Block header = source.newest;
      if (header == null || !source.isAhead(next)) {
        continue;
      }
      Optional<String> problem = check.problem(header);
      String number = Long.toUnsignedString(header.getHeader().getNumber());
      if (problem.isEmpty()) {
        return Optional.of(
            "it is suspected of censorship: it has not sent block "
                + Long.toUnsignedString(next)
                + ", while "
                + source.orderer.address()
                + " has shown the signed header of block "
                + number);
      }
      LOG.warn(
          "The header of block {} that {} has sent is not believed: {}",
          number,
          source.orderer.address(),
          problem.get());
      source.distrusted = true;
    }
    suspected = 0;
    behind = Duration.ZERO;
    return Optional.empty();
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}
