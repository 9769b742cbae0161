package io.denim.deliver;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.GrpcServer;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockMetadata;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.hyperledger.fabric.protos.orderer.SeekInfo;

/// An orderer that delivers as many blocks, and as many headers, as it is told to have. Safe for
/// use by any thread.
final class ScriptedOrderer extends AtomicBroadcastGrpc.AtomicBroadcastImplBase
    implements AutoCloseable {
  private final GrpcServer server;
  private final ByteString mark;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Reader> readers = new HashSet<>(); // guarded by lock
  private long blocks; // guarded by lock
  private long headers; // guarded by lock
  private int asked; // guarded by lock

  /// @param mark what its blocks' metadata hold, so that a test can tell whose they are
  ScriptedOrderer(String mark) throws Exception {
    this.mark = ByteString.copyFromUtf8(mark);
    this.server =
        GrpcServer.start(
            GrpcServer.Settings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty()),
            List.of(this),
            List.of());
  }

  OrdererEndpoint endpoint() {
    return new OrdererEndpoint("localhost:" + server.port(), List.of());
  }

  /// From now on it has so many blocks, and shows the headers of so many.
  void has(long blockCount, long headerCount) {
    lock.lock();
    try {
      blocks = blockCount;
      headers = headerCount;
      readers.forEach(this::send);
    } finally {
      lock.unlock();
    }
  }

  void has(long count) {
    has(count, count);
  }

  /// How many streams of blocks were asked for.
  int asked() {
    lock.lock();
    try {
      return asked;
    } finally {
      lock.unlock();
    }
  }

  static long number(Block block) {
    return block.getHeader().getNumber();
  }

  static String mark(Block block) {
    return block.getMetadata().getMetadata(0).toStringUtf8();
  }

  private static final class Reader {
    final StreamObserver<DeliverResponse> responses;
    final boolean wholeBlocks;
    long next;

    Reader(StreamObserver<DeliverResponse> responses, boolean wholeBlocks, long next) {
      this.responses = responses;
      this.wholeBlocks = wholeBlocks;
      this.next = next;
    }
  }

  @Override
  public StreamObserver<Envelope> deliver(StreamObserver<DeliverResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Envelope envelope) {
        try {
          seek(SeekInfo.parseFrom(Payload.parseFrom(envelope.getPayload()).getData()), responses);
        } catch (InvalidProtocolBufferException e) {
          responses.onError(e);
        }
      }

      @Override
      public void onError(Throwable error) {
        lock.lock();
        try {
          readers.removeIf(each -> each.responses == responses);
        } finally {
          lock.unlock();
        }
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  private void seek(SeekInfo seek, StreamObserver<DeliverResponse> responses) {
    lock.lock();
    try {
      boolean whole = seek.getContentType() == SeekInfo.SeekContentType.BLOCK;
      long first =
          seek.getStart().hasNewest()
              ? (whole ? blocks : headers) - 1
              : seek.getStart().getSpecified().getNumber();
      if (seek.getBehavior() == SeekInfo.SeekBehavior.FAIL_IF_NOT_READY) {
        responses.onNext(
            first < blocks
                ? block(first, true)
                : DeliverResponse.newBuilder().setStatus(Status.NOT_FOUND).build());
        return;
      }
      asked += whole ? 1 : 0;
      Reader reader = new Reader(responses, whole, first);
      readers.add(reader);
      send(reader);
    } finally {
      lock.unlock();
    }
  }

  private void send(Reader reader) {
    while (reader.next < (reader.wholeBlocks ? blocks : headers)) {
      reader.responses.onNext(block(reader.next++, reader.wholeBlocks));
    }
  }

  private DeliverResponse block(long number, boolean whole) {
    Block.Builder block =
        Block.newBuilder()
            .setHeader(BlockHeader.newBuilder().setNumber(number))
            .setMetadata(BlockMetadata.newBuilder().addMetadata(mark));
    if (whole) {
      block.setData(BlockData.newBuilder().addData(ByteString.copyFromUtf8("data")));
    }
    return DeliverResponse.newBuilder().setBlock(block).build();
  }

  @Override
  public void close() {
    server.close();
  }
}
