package io.denim.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockReader;
import io.denim.ledger.BlockStore;
import io.denim.metrics.Metrics;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import io.denim.wire.Caller;
import io.denim.wire.GrpcClient;
import io.denim.wire.GrpcServer;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekInfo.SeekBehavior;
import org.hyperledger.fabric.protos.orderer.SeekInfo.SeekContentType;
import org.hyperledger.fabric.protos.orderer.SeekInfo.SeekErrorResponse;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.hyperledger.fabric.protos.orderer.SeekSpecified;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Streams of blocks to a reader of the golden channel, whose consenter fails, whose certificate
/// expires or whose right is taken away meanwhile.
@Timeout(60)
class DeliverHandlerTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25");

  @TempDir Path folder;
  private volatile Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private final SignatureVerifier verifier = SignatureVerifier.create();
  private Channel channel;
  private EnvelopeSigner signer;
  private GrpcServer server;
  private ManagedChannel connection;

  /// A channel that a test may spoil.
  private static final class Channel implements DeliverChannel {
    final BlockStore store;
    volatile ChannelConfig config;
    volatile boolean failing;
    volatile PolicyOutcome readers = PolicyOutcome.yes();

    Channel(BlockStore store, ChannelConfig config) {
      this.store = store;
      this.config = config;
    }

    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public BlockReader blocks() {
      return store;
    }

    @Override
    public boolean failing() {
      return failing;
    }

    /// Another block, with one envelope.
    Block append() throws Exception {
      Block last = store.blockByNumber(store.height() - 1).orElseThrow();
      Block made =
          Blocks.of(
              store.height(),
              BlockHash.ofHeader(last.getHeader()),
              List.of(
                  Envelope.newBuilder()
                      .setPayload(ByteString.copyFromUtf8("x"))
                      .build()
                      .toByteString()));
      store.append(made);
      return made;
    }
  }

  private record Form() implements DeliverForm<DeliverResponse> {
    @Override
    public DeliverResponse status(Status status) {
      return DeliverResponse.newBuilder().setStatus(status).build();
    }

    @Override
    public String dataType() {
      return "block";
    }

    @Override
    public DeliverResponse block(DeliverChannel channel, Block block, SignedData request) {
      return DeliverResponse.newBuilder().setBlock(block).build();
    }
  }

  /// What comes on one stream: responses, and at its end a gRPC status.
  private static final class Reader implements StreamObserver<DeliverResponse> {
    final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

    @Override
    public void onNext(DeliverResponse response) {
      came.add(response.hasBlock() ? response.getBlock() : response.getStatus());
    }

    @Override
    public void onError(Throwable error) {
      came.add(io.grpc.Status.fromThrowable(error).getCode());
    }

    @Override
    public void onCompleted() {
      came.add(Code.OK);
    }

    Object next() throws InterruptedException {
      Object next = came.poll(30, TimeUnit.SECONDS);
      assertThat(next).as("nothing came").isNotNull();
      return next;
    }

    void expect(Object... expected) throws InterruptedException {
      for (Object each : expected) {
        assertThat(next()).isEqualTo(each);
      }
    }
  }

  @BeforeEach
  void serve() throws Exception {
    Block genesis = Block.parseFrom(Files.readAllBytes(GOLDEN.resolve("genesis.block")));
    BlockStore store = BlockStore.open(folder.resolve("chains"), folder.resolve("index"));
    store.append(genesis);
    channel = new Channel(store, ChannelConfig.ofBlock(genesis, verifier));
    signer =
        new EnvelopeSigner(
            LocalMsp.load(
                    GOLDEN.resolve(
                        "crypto/peerOrganizations/org1.example.com/users/User1@org1.example.com/msp"),
                    "Org1MSP",
                    verifier,
                    () -> now)
                .signingIdentity(),
            () -> now);
    var handler =
        new DeliverHandler(
            name -> Optional.of(channel),
            new DeliverHandler.Settings(
                Duration.ofMinutes(15), false, Duration.ofMinutes(1), () -> now, new Metrics()));
    var service =
        new AtomicBroadcastGrpc.AtomicBroadcastImplBase() {
          @Override
          public StreamObserver<Envelope> deliver(StreamObserver<DeliverResponse> responses) {
            return handler.serve(
                (ServerCallStreamObserver<DeliverResponse>) responses,
                new Form(),
                (config, request) -> channel.readers);
          }
        };
    server =
        GrpcServer.start(
            GrpcServer.Settings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty()),
            List.of(service),
            List.of(Caller.interceptor()));
    connection = GrpcClient.channel("localhost:" + server.port(), Optional.empty());
  }

  @AfterEach
  void stop() {
    connection.shutdownNow();
    server.close();
    channel.store.close();
  }

  @Test
  void aStreamThatTakesWhatThereIsEndsWhenItsChannelIsClosed() throws Exception {
    Reader reader = ask(from(0).setErrorResponse(SeekErrorResponse.BEST_EFFORT));
    reader.expect(genesis());
    channel.failing = true;
    Block block = channel.append();
    reader.expect(block);
    channel.store.close();
    reader.expect(Status.SERVICE_UNAVAILABLE, Code.OK);
  }

  @Test
  void aFailingConsenterEndsStreamsUnlessTheyTakeWhatThereIs() throws Exception {
    Reader strict = ask(from(0));
    strict.expect(genesis());
    channel.failing = true;
    strict.expect(Status.SERVICE_UNAVAILABLE, Code.OK);
    ask(from(0)).expect(Status.SERVICE_UNAVAILABLE, Code.OK);
    ask(between(0, 0).setErrorResponse(SeekErrorResponse.BEST_EFFORT))
        .expect(genesis(), Status.SUCCESS);
  }

  @Test
  void whoDoesNotWaitHearsThatABlockIsNotThere() throws Exception {
    Block block = channel.append();
    ask(from(0).setBehavior(SeekBehavior.FAIL_IF_NOT_READY))
        .expect(genesis(), block, Status.NOT_FOUND, Code.OK);
  }

  @Test
  void headersComeWithoutDataExceptThoseOfConfigurations() throws Exception {
    Block block = channel.append();
    ask(between(0, 1).setContentType(SeekContentType.HEADER_WITH_SIG))
        .expect(genesis(), block.toBuilder().clearData().build(), Status.SUCCESS);
    assertThat(ConfigBlocks.isConfigBlock(genesis())).isTrue();
  }

  @Test
  void aStreamEndsWithItsReadersCertificate() throws Exception {
    Reader reader = ask(from(0));
    reader.expect(genesis());
    now = Instant.parse("2046-11-21T12:00:00Z");
    channel.append();
    reader.expect(Status.FORBIDDEN, Code.OK);
  }

  @Test
  void aReaderWhoseRightAConfigurationTakesAwayGetsNothingMore() throws Exception {
    Reader reader = ask(from(0));
    reader.expect(genesis());
    channel.readers = PolicyOutcome.no("Org1 left");
    Block sameConfiguration = channel.append();
    reader.expect(sameConfiguration);
    channel.config = ChannelConfig.ofBlock(genesis(), verifier);
    channel.append();
    reader.expect(Status.FORBIDDEN, Code.OK);
    ask(from(0)).expect(Status.FORBIDDEN, Code.OK);
  }

  @Test
  void requestsAreTakenOnlyNearTheirTimeAndNotWhenTheyAreHuge() throws Exception {
    Envelope early = request(from(0));
    now = now.plus(Duration.ofMinutes(16));
    send(early).expect(Status.BAD_REQUEST, Code.OK);
    Envelope huge =
        request(from(0)).toBuilder().setSignature(ByteString.copyFrom(new byte[65_536])).build();
    send(huge).expect(Code.RESOURCE_EXHAUSTED);
  }

  private Block genesis() {
    return channel.store.blockByNumber(0).orElseThrow();
  }

  private Reader ask(SeekInfo.Builder seek) {
    return send(request(seek));
  }

  private Reader send(Envelope request) {
    Reader reader = new Reader();
    AtomicBroadcastGrpc.newStub(connection).deliver(reader).onNext(request);
    return reader;
  }

  private Envelope request(SeekInfo.Builder seek) {
    return signer.envelope(
        HeaderType.DELIVER_SEEK_INFO, "ch", seek.build().toByteString(), ByteString.EMPTY);
  }

  private static SeekInfo.Builder from(long start) {
    return between(start, Long.MAX_VALUE);
  }

  private static SeekInfo.Builder between(long start, long stop) {
    return SeekInfo.newBuilder().setStart(at(start)).setStop(at(stop));
  }

  private static SeekPosition at(long number) {
    return SeekPosition.newBuilder()
        .setSpecified(SeekSpecified.newBuilder().setNumber(number))
        .build();
  }
}
