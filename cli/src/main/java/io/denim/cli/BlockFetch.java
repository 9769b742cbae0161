package io.denim.cli;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.peer.DeliverGrpc;
import org.jspecify.annotations.Nullable;

/// Takes one block off a node's deliver service (fabric v3.1.5 internal/peer/common
/// deliverclient.go).
final class BlockFetch {
  private BlockFetch() {}

  static Block fromPeer(ManagedChannel channel, Envelope seek, Duration patience)
      throws ClientException, InterruptedException {
    return first(
        channel,
        DeliverGrpc.getDeliverMethod(),
        seek,
        patience,
        response ->
            response.hasBlock()
                ? Optional.of(response.getBlock())
                : refused(response.getStatus().toString()));
  }

  static Block fromOrderer(ManagedChannel channel, Envelope seek, Duration patience)
      throws ClientException, InterruptedException {
    return first(
        channel,
        AtomicBroadcastGrpc.getDeliverMethod(),
        seek,
        patience,
        response ->
            response.hasBlock()
                ? Optional.of(response.getBlock())
                : refused(response.getStatus().toString()));
  }

  private interface Reading<T> {
    Optional<Block> block(T response) throws ClientException;
  }

  private static Optional<Block> refused(String status) throws ClientException {
    throw new ClientException("can't read the block: &{" + status + "}");
  }

  private static <T> Block first(
      ManagedChannel channel,
      MethodDescriptor<Envelope, T> method,
      Envelope seek,
      Duration patience,
      Reading<T> reading)
      throws ClientException, InterruptedException {
    BlockingClientCall<Envelope, T> call =
        ClientCalls.blockingBidiStreamingCall(
            channel, method, CallOptions.DEFAULT.withWaitForReady());
    try {
      call.write(seek);
      @Nullable T response = call.read(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (response == null) {
        throw new ClientException("can't read the block: EOF");
      }
      return reading.block(response).orElseThrow();
    } catch (StatusException e) {
      throw new ClientException("can't read the block: " + e.getStatus(), e);
    } catch (TimeoutException e) {
      throw new ClientException("can't read the block: timed out after " + patience, e);
    } finally {
      call.cancel("done", null);
    }
  }
}
