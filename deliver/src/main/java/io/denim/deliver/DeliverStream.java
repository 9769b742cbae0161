package io.denim.deliver;

import io.denim.wire.Caller;
import io.denim.wire.OutboundStream;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.hyperledger.fabric.protos.common.Envelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One open stream of blocks. gRPC's thread puts requests into a small queue; the stream's own
/// virtual thread answers them one after the other and is the only one that sends.
final class DeliverStream<R> implements StreamObserver<Envelope> {
  private static final Logger LOG = LoggerFactory.getLogger(DeliverStream.class);
  private static final int MAX_WAITING_REQUESTS = 16;

  /// Far more than an identity, a signature and a range take.
  private static final int MAX_REQUEST_BYTES = 64 * 1024;

  private static final Duration LAST_WORD = Duration.ofSeconds(10);

  private final DeliverHandler handler;
  private final OutboundStream<R> out;
  private final DeliverForm<R> form;
  private final DeliverAccess access;
  private final Caller caller;
  private final BlockingQueue<Optional<Envelope>> requests = // empty: the client sends no more
      new ArrayBlockingQueue<>(MAX_WAITING_REQUESTS + 1);
  private final Thread worker;

  DeliverStream(
      DeliverHandler handler,
      OutboundStream<R> out,
      DeliverForm<R> form,
      DeliverAccess access,
      Caller caller) {
    this.handler = handler;
    this.out = out;
    this.form = form;
    this.access = access;
    this.caller = caller;
    this.worker = Thread.ofVirtual().name("deliver-" + caller.address()).unstarted(this::run);
  }

  StreamObserver<Envelope> start() {
    worker.start();
    return this;
  }

  void stop() {
    worker.interrupt();
  }

  DeliverForm<R> form() {
    return form;
  }

  DeliverAccess access() {
    return access;
  }

  Caller caller() {
    return caller;
  }

  OutboundStream.Sent send(R message, Duration patience) throws InterruptedException {
    return out.send(message, patience);
  }

  /// Ends a stream whose reader does not read.
  void abandon(String reason) {
    LOG.warn("Ending the stream to {}: it {}", caller.address(), reason);
    out.fail(Status.DEADLINE_EXCEEDED.withDescription("the client " + reason));
  }

  @Override
  public void onNext(Envelope request) {
    if (request.getSerializedSize() > MAX_REQUEST_BYTES) {
      out.fail(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "a request of "
                  + request.getSerializedSize()
                  + " bytes for blocks is larger than the "
                  + MAX_REQUEST_BYTES
                  + " bytes that are taken"));
      return;
    }
    if (requests.size() >= MAX_WAITING_REQUESTS || !requests.offer(Optional.of(request))) {
      out.fail(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "more than " + MAX_WAITING_REQUESTS + " requests wait on this stream"));
    }
  }

  @Override
  public void onError(Throwable error) {
    LOG.debug("Stream from {} ended: {}", caller.address(), error.toString());
    out.close();
  }

  @Override
  public void onCompleted() {
    if (!requests.offer(Optional.empty())) {
      out.close();
    }
  }

  private void run() {
    try {
      while (true) {
        Optional<Envelope> request = requests.take();
        if (request.isEmpty()) {
          out.complete();
          return;
        }
        var status = handler.deliver(this, request.get());
        out.send(form.status(status), LAST_WORD);
        if (status != org.hyperledger.fabric.protos.common.Status.SUCCESS) {
          out.complete();
          return;
        }
      }
    } catch (InterruptedException e) {
      out.close(); // the reader left, or the node stops
    } catch (RuntimeException | Error e) { // or the reader would wait for ever
      LOG.error("Delivering blocks to {} failed", caller.address(), e);
      out.fail(Status.INTERNAL.withDescription("delivering blocks failed: " + e.getMessage()));
    } finally {
      handler.closed();
    }
  }
}
