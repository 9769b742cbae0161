package io.denim.deliver;

import io.denim.wire.TlsConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks another orderer for the block that is wanted next, each time that none has come for a
/// while: enough where orderers crash but do not lie. Used by the feed's thread.
///
/// Fabric's client trusts such an orderer until the connection breaks (fabric v3.1.5
/// common/deliverclient/blocksprovider/deliverer.go).
///
/// @param others those that are not followed
record StallProbe(OrdererRequests requests, List<OrdererEndpoint> others, Duration interval)
    implements Withholding {
  private static final Logger LOG = LoggerFactory.getLogger(StallProbe.class);

  @Override
  public Optional<String> suspicion(long next, Duration waited, boolean silent)
      throws InterruptedException {
    if (!silent || others.isEmpty()) {
      return Optional.empty();
    }
    OrdererEndpoint other = others.get(ThreadLocalRandom.current().nextInt(others.size()));
    try (OrdererStream stream = requests.ask(other, OrdererRequests.block(next))) {
      boolean has =
          stream.next(requests.connectTimeout())
                  instanceof OrdererStream.Event.Received(var response)
              && response.hasBlock()
              && response.getBlock().getHeader().getNumber() == next;
      return has
          ? Optional.of(
              "it has sent nothing for "
                  + interval.toMillis()
                  + " ms, while "
                  + other.address()
                  + " has block "
                  + Long.toUnsignedString(next))
          : Optional.empty();
    } catch (TlsConfigurationException e) {
      LOG.debug("{} cannot be asked: {}", other.address(), e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {}
}
