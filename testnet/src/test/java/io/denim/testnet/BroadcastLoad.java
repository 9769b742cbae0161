package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.BroadcastResponse;

/// Clients that broadcast envelopes without a pause, each at an orderer of its own and at the next
/// where that fails, and remember what was acknowledged. An envelope whose outcome a client does
/// not learn is not sent again.
final class BroadcastLoad implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final OrdererProcesses orderers;
  private final EnvelopeSigner signer;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Thread> clients = new ArrayList<>();
  private final Queue<ByteString> acknowledged = new ConcurrentLinkedQueue<>();
  private final Semaphore acknowledgements = new Semaphore(0);
  private volatile boolean ended;

  BroadcastLoad(OrdererProcesses orderers, int count) throws Exception {
    this.orderers = orderers;
    LocalMsp msp =
        LocalMsp.load(
            orderers.user(), "Org1MSP", SignatureVerifier.create(), InstantSource.system());
    this.signer = new EnvelopeSigner(msp.signingIdentity(), InstantSource.system());
    for (int i = 0; i < orderers.size(); i++) {
      channels.add(
          GrpcClient.channel(
              orderers.address(i), Optional.of(ClientTls.trusting(orderers.tlsRoot()))));
    }
    for (int i = 0; i < count; i++) {
      int client = i;
      clients.add(Thread.ofVirtual().start(() -> run(client)));
    }
  }

  /// Waits until so many more envelopes were acknowledged.
  void awaitMore(int count, String when) throws InterruptedException {
    acknowledgements.drainPermits();
    assertThat(acknowledgements.tryAcquire(count, 120, TimeUnit.SECONDS))
        .as("%d envelopes are acknowledged %s", count, when)
        .isTrue();
  }

  /// Ends the clients.
  ///
  /// @return all envelopes that were acknowledged
  List<ByteString> end() throws InterruptedException {
    ended = true;
    for (Thread client : clients) {
      client.join();
    }
    return List.copyOf(acknowledged);
  }

  @Override
  public void close() throws InterruptedException {
    end();
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private void run(int client) {
    int orderer = client % orderers.size();
    int number = 0;
    try {
      while (!ended) {
        number = sendUntilItFails(client, orderer, number);
        orderer = (orderer + 1) % orderers.size();
        channels.get(orderer).resetConnectBackoff();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int sendUntilItFails(int client, int orderer, int first) throws InterruptedException {
    var answers = new LinkedBlockingQueue<Optional<BroadcastResponse>>();
    StreamObserver<Envelope> stream =
        AtomicBroadcastGrpc.newStub(channels.get(orderer)).broadcast(new Answers(answers));
    int number = first;
    while (!ended) {
      number++;
      Envelope envelope =
          signer.envelope(
              HeaderType.ENDORSER_TRANSACTION,
              OrdererProcesses.CHANNEL,
              ByteString.copyFromUtf8("client " + client + " envelope " + number),
              ByteString.EMPTY);
      stream.onNext(envelope);
      Optional<BroadcastResponse> answer = answers.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      boolean success =
          answer != null && answer.isPresent() && answer.get().getStatus() == Status.SUCCESS;
      if (!success) {
        break;
      }
      acknowledged.add(envelope.toByteString());
      acknowledgements.release();
    }
    stream.onCompleted();
    return number;
  }

  private record Answers(Queue<Optional<BroadcastResponse>> answers)
      implements StreamObserver<BroadcastResponse> {
    @Override
    public void onNext(BroadcastResponse response) {
      answers.add(Optional.of(response));
    }

    @Override
    public void onError(Throwable error) {
      answers.add(Optional.empty());
    }

    @Override
    public void onCompleted() {
      answers.add(Optional.empty());
    }
  }
}
