package io.denim.deliver;

import io.denim.wire.CallFailure;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.jspecify.annotations.Nullable;

/// What one orderer delivers on one request. gRPC's threads fill the queue, one reader empties it;
/// no more is asked for than has room. `end` is for any thread.
final class OrdererStream implements AutoCloseable {
  private static final int IN_FLIGHT = 16;

  private final ManagedChannel channel;
  private final Inbox inbox = new Inbox();

  /// What comes of waiting.
  sealed interface Event {
    record Received(DeliverResponse response) implements Event {}

    /// @param reason why no more comes
    record Ended(String reason) implements Event {}

    /// Nothing came in time.
    record Silence() implements Event {}
  }

  /// @param channel to the orderer; closed with the stream
  private OrdererStream(ManagedChannel channel) {
    this.channel = channel;
  }

  /// Connects and asks.
  ///
  /// @param patience for the connection
  /// @throws InterruptedException if the thread is to end; the channel is closed then
  static OrdererStream open(ManagedChannel channel, Envelope seek, Duration patience)
      throws InterruptedException {
    OrdererStream stream = new OrdererStream(channel);
    try {
      if (connects(channel, patience)) {
        AtomicBroadcastGrpc.newStub(channel).deliver(stream.inbox).onNext(seek);
      } else {
        stream.end("it does not take the connection within " + patience.toMillis() + " ms");
      }
      return stream;
    } catch (InterruptedException e) {
      channel.shutdownNow();
      throw e;
    }
  }

  /// @return whether it is worth asking: what is refused at once says why when it is asked
  private static boolean connects(ManagedChannel channel, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    ConnectivityState state = channel.getState(true);
    while (state == ConnectivityState.IDLE || state == ConnectivityState.CONNECTING) {
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      if (!changed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return false;
      }
      state = channel.getState(true);
    }
    return true;
  }

  /// Waits for what comes next.
  Event next(Duration patience) throws InterruptedException {
    Event event = inbox.events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (event == null) {
      return new Event.Silence();
    }
    if (event instanceof Event.Received) {
      inbox.requestNext();
    }
    return event;
  }

  /// Wakes the reader, which gets nothing behind what is there.
  void end(String reason) {
    inbox.events.add(new Event.Ended(reason));
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /// The queue is bounded by what is asked for.
  private static final class Inbox implements ClientResponseObserver<Envelope, DeliverResponse> {
    final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private @Nullable ClientCallStreamObserver<Envelope> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<Envelope> requests) {
      call = requests;
      requests.disableAutoRequestWithInitial(IN_FLIGHT);
    }

    void requestNext() {
      if (call != null) {
        call.request(1);
      }
    }

    @Override
    public void onNext(DeliverResponse response) {
      events.add(new Event.Received(response));
    }

    @Override
    public void onError(Throwable error) {
      events.add(new Event.Ended(CallFailure.reason(error)));
    }

    @Override
    public void onCompleted() {
      events.add(new Event.Ended("it ended the stream"));
    }
  }
}
