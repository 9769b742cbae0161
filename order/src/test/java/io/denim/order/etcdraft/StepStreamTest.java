package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hyperledger.fabric.protos.orderer.ClusterGrpc;
import org.hyperledger.fabric.protos.orderer.StepRequest;
import org.hyperledger.fabric.protos.orderer.StepResponse;
import org.hyperledger.fabric.protos.orderer.SubmitRequest;
import org.junit.jupiter.api.Test;

class StepStreamTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final AtomicInteger streams = new AtomicInteger();

  private StepRequest request(String channelId) {
    return StepRequest.newBuilder()
        .setSubmitRequest(SubmitRequest.newBuilder().setChannel(channelId))
        .build();
  }

  @Test
  void theStreamOutlivesTheRequestThatOpenedIt() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Orderer())
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    try (Context.CancellableContext request = Context.current().withCancellation()) {
      StepStream stream = new StepStream(channel, "2");
      assertThat(request.call(() -> stream.send(request("first"), PATIENCE))).isTrue();
      assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("first");

      request.cancel(null);

      assertThat(stream.send(request("second"), PATIENCE)).isTrue();
      assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("second");
      assertThat(streams).hasValue(1);
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  /// Takes what it is sent.
  private final class Orderer extends ClusterGrpc.ClusterImplBase {
    @Override
    public StreamObserver<StepRequest> step(StreamObserver<StepResponse> responses) {
      streams.incrementAndGet();
      return new StreamObserver<>() {
        @Override
        public void onNext(StepRequest request) {
          received.add(request.getSubmitRequest().getChannel());
        }

        @Override
        public void onError(Throwable t) {
          received.add("broken: " + t);
        }

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }
  }
}
