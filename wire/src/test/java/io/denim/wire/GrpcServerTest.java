package io.denim.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.denim.metrics.Metrics;
import io.denim.metrics.PrometheusText;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.peer.DeliverGrpc;
import org.hyperledger.fabric.protos.peer.DeliverResponse;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.junit.jupiter.api.Test;

class GrpcServerTest {
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  private final BindableService slow =
      new EndorserGrpc.EndorserImplBase() {
        @Override
        public void processProposal(
            SignedProposal request, StreamObserver<ProposalResponse> observer) {
          entered.countDown();
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          observer.onNext(ProposalResponse.getDefaultInstance());
          observer.onCompleted();
        }
      };

  @Test
  void callsBeyondTheLimitAreRefusedAndThoseWithinAreServed() throws Exception {
    var limit = new ConcurrencyLimit(Map.of("protos.Endorser", 1));
    try (GrpcServer server = start(limit)) {
      ManagedChannel channel = GrpcClient.channel("localhost:" + server.port(), Optional.empty());
      var first = EndorserGrpc.newFutureStub(channel).processProposal(proposal());
      entered.await();

      assertThatThrownBy(() -> EndorserGrpc.newBlockingStub(channel).processProposal(proposal()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
      released.countDown();
      assertThat(first.get()).isNotNull();
      assertThat(onceThereIsRoom(channel)).isNotNull();
      channel.shutdownNow();
    }
  }

  /// A call's place is free when the server knows that its answer has left, somewhat later than the
  /// client has it.
  private static ProposalResponse onceThereIsRoom(ManagedChannel channel) {
    for (int attempt = 1; ; attempt++) {
      try {
        return EndorserGrpc.newBlockingStub(channel).processProposal(proposal());
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED || attempt == 1_000) {
          throw e;
        }
      }
    }
  }

  @Test
  void callsThatAreOpenedAndSayNothingKeepNobodyOut() throws Exception {
    released.countDown();
    try (GrpcServer server = start(new ConcurrencyLimit(Map.of("protos.Endorser", 1)))) {
      ManagedChannel channel = GrpcClient.channel("localhost:" + server.port(), Optional.empty());
      for (int i = 0; i < 3; i++) {
        var silent = channel.newCall(EndorserGrpc.getProcessProposalMethod(), CallOptions.DEFAULT);
        silent.start(new ClientCall.Listener<>() {}, new Metadata());
        silent.sendMessage(proposal());
      }
      assertThat(EndorserGrpc.newBlockingStub(channel).processProposal(proposal())).isNotNull();
      assertThat(onceThereIsRoom(channel)).isNotNull();
      channel.shutdownNow();
    }
  }

  @Test
  void aMessageThatIsNoneIsAnsweredWithItsReason() throws Exception {
    try (GrpcServer server = start(new ConcurrencyLimit(Map.of()))) {
      ManagedChannel channel = GrpcClient.channel("localhost:" + server.port(), Optional.empty());
      var method =
          EndorserGrpc.getProcessProposalMethod().toBuilder(new Junk(), new Junk()).build();
      assertThatThrownBy(() ->
              ClientCalls.blockingUnaryCall(
                  channel, method, CallOptions.DEFAULT, new byte[] {7, 7, 7}))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
                assertThat(e.getStatus().getDescription())
                    .startsWith(
                        "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data");
              });
      channel.shutdownNow();
    }
  }

  /// Bytes as they are.
  private static final class Junk implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void connectionsCallsAndMessagesAreCounted() throws Exception {
    released.countDown();
    var metrics = new Metrics();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var plain = GrpcServer.Settings.of(address, Optional.empty());
    var settings =
        new GrpcServer.Settings(
            address,
            plain.tls(),
            plain.connectionTimeout(),
            plain.keepalive(),
            plain.maxMessageBytes(),
            Optional.of(metrics));
    try (GrpcServer server = GrpcServer.start(settings, List.of(slow, new Echo()), List.of())) {
      ManagedChannel channel = GrpcClient.channel("localhost:" + server.port(), Optional.empty());
      EndorserGrpc.newBlockingStub(channel).processProposal(proposal());
      assertThatThrownBy(() -> new Echo.Client(channel).say(3))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
      channel.shutdownNow();
      channel.awaitTermination(10, TimeUnit.SECONDS);
    }
    assertThat(PrometheusText.of(metrics))
        .contains(
            "grpc_comm_conn_opened 1",
            "grpc_comm_conn_closed 1",
            "grpc_server_unary_requests_received{service=\"protos_Endorser\",method=\"ProcessProposal\"} 1",
            "grpc_server_unary_requests_completed{service=\"protos_Endorser\",method=\"ProcessProposal\",code=\"OK\"} 1",
            "grpc_server_stream_messages_received{service=\"protos_Deliver\",method=\"Deliver\"} 3",
            "grpc_server_stream_messages_sent{service=\"protos_Deliver\",method=\"Deliver\"} 2",
            "grpc_server_stream_requests_completed{service=\"protos_Deliver\",method=\"Deliver\",code=\"PermissionDenied\"} 1");
  }

  /// Answers two messages and refuses the third.
  private static final class Echo extends DeliverGrpc.DeliverImplBase {
    @Override
    public StreamObserver<Envelope> deliver(StreamObserver<DeliverResponse> observer) {
      return new StreamObserver<>() {
        private int received;

        @Override
        public void onNext(Envelope message) {
          received++;
          if (received == 3) {
            observer.onError(Status.PERMISSION_DENIED.asRuntimeException());
          } else {
            observer.onNext(DeliverResponse.getDefaultInstance());
          }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }

    record Client(ManagedChannel channel) {
      void say(int times) throws Exception {
        var call =
            ClientCalls.blockingBidiStreamingCall(
                channel, DeliverGrpc.getDeliverMethod(), CallOptions.DEFAULT);
        for (int i = 0; i < times; i++) {
          call.write(Envelope.getDefaultInstance());
        }
        try {
          while (call.read() != null) {}
        } catch (StatusException e) {
          throw e.getStatus().asRuntimeException();
        }
      }
    }
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (GrpcServer server = start(new ConcurrencyLimit(Map.of()))) {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());

      assertThatThrownBy(() ->
              GrpcServer.start(
                  GrpcServer.Settings.of(address, Optional.empty()), List.of(), List.of()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(":" + server.port())
          .hasMessageContaining("in use");
    }
  }

  private GrpcServer start(ConcurrencyLimit limit) throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return GrpcServer.start(
        GrpcServer.Settings.of(address, Optional.empty()), List.of(slow), List.of(limit));
  }

  private static SignedProposal proposal() {
    return SignedProposal.getDefaultInstance();
  }
}
