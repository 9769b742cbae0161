package io.denim.cli;

import com.google.protobuf.ByteString;
import io.denim.wire.CallFailure;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.BroadcastResponse;
import org.hyperledger.fabric.protos.peer.DeliverGrpc;
import org.hyperledger.fabric.protos.peer.DeliverResponse;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// A connection to one node, a peer or an orderer, as administrators' tools use it. Safe for use by
/// any thread.
public final class NodeClient implements AutoCloseable {
  private static final CallOptions WAITING = CallOptions.DEFAULT.withWaitForReady();

  private static final Duration HANDSHAKE = Duration.ofSeconds(20);

  private final String address;
  private final ManagedChannel channel;
  private final ByteString tlsCertificateHash;

  private NodeClient(String address, ManagedChannel channel, ByteString tlsCertificateHash) {
    this.address = address;
    this.channel = channel;
    this.tlsCertificateHash = tlsCertificateHash;
  }

  /// A connection that is made when it is first used.
  ///
  /// @param address `host:port`
  /// @param tls absent for plain text
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public static NodeClient of(String address, Optional<ClientTls> tls)
      throws TlsConfigurationException {
    return new NodeClient(
        address,
        GrpcClient.channel(address, tls),
        tls.flatMap(ClientTls::keyPair).map(TlsKeyPair::certificateHash).orElse(ByteString.EMPTY));
  }

  public String address() {
    return address;
  }

  /// The hash of the certificate that is shown to the node, to be put into requests; empty where
  /// none is.
  public ByteString tlsCertificateHash() {
    return tlsCertificateHash;
  }

  /// Connects now. A node that answers, but slowly, is given {@link #HANDSHAKE} to finish.
  ///
  /// @param patience how long to try
  /// @throws ClientException if the node cannot be reached
  public void connect(Duration patience) throws ClientException, InterruptedException {
    long start = System.nanoTime();
    long longest = Math.max(patience.toNanos(), HANDSHAKE.toNanos());
    ConnectivityState state = channel.getState(true);
    while (state != ConnectivityState.READY) {
      if (state == ConnectivityState.TRANSIENT_FAILURE) {
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent()) {
          throw new ClientException(
              "failed to connect to "
                  + address
                  + ": failed to create new connection: "
                  + obstacle.get());
        }
      }
      boolean answering = state == ConnectivityState.CONNECTING;
      long left = start + (answering ? longest : patience.toNanos()) - System.nanoTime();
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      if (!changed.await(left, TimeUnit.NANOSECONDS)) {
        throw new ClientException(
            "failed to connect to "
                + address
                + ": failed to create new connection: context deadline exceeded");
      }
      state = channel.getState(true);
    }
  }

  /// What keeps this connection from being made, if waiting would not help. A call that does not
  /// wait fails at once with it.
  private Optional<String> obstacle() {
    try {
      ClientCalls.blockingUnaryCall(
          channel,
          EndorserGrpc.getProcessProposalMethod(),
          CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS),
          SignedProposal.getDefaultInstance());
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      String reason =
          e.getStatus().getCode() == Status.Code.UNAVAILABLE
              ? CallFailure.connecting(e).orElse("")
              : "";
      return switch (reason) {
        case CallFailure.REFUSED ->
            Optional.of(
                "connection error: desc = \"transport: error while dialing: dial tcp "
                    + address
                    + ": "
                    + reason
                    + "\"");
        default -> reason.contains("certificate") ? Optional.of(reason) : Optional.empty();
      };
    }
  }

  /// Fetches one block from the node, a peer or an orderer.
  ///
  /// @param seek a signed `SeekInfo` for one block
  /// @throws ClientException with the node's status if it has no such block for the client
  public Block block(Envelope seek, boolean fromPeer, Duration patience)
      throws ClientException, InterruptedException {
    return fromPeer
        ? BlockFetch.fromPeer(channel, seek, patience)
        : BlockFetch.fromOrderer(channel, seek, patience);
  }

  /// Sends a proposal and waits for the response.
  ///
  /// @throws ClientException if the peer cannot be reached or refuses the proposal
  public ProposalResponse propose(SignedProposal proposal, Duration patience)
      throws ClientException {
    return call(EndorserGrpc.getProcessProposalMethod(), proposal, patience);
  }

  /// Calls a method that takes one message and answers with one.
  ///
  /// @throws ClientException with the node's status, in Go's words
  public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Duration patience)
      throws ClientException {
    try {
      return ClientCalls.blockingUnaryCall(
          channel,
          method,
          WAITING.withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS),
          request);
    } catch (StatusRuntimeException e) {
      throw new ClientException(goText(e.getStatus()), e);
    }
  }

  /// Such as `rpc error: code = NotFound desc = ...`.
  private static String goText(Status status) {
    StringBuilder code = new StringBuilder();
    for (String word : status.getCode().name().split("_", -1)) {
      code.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return "rpc error: code = "
        + (status.getCode() == Status.Code.CANCELLED ? "Canceled" : code)
        + " desc = "
        + (status.getDescription() == null ? "" : status.getDescription());
  }

  /// Sends an envelope to be ordered and waits until the orderer has taken it.
  ///
  /// @throws ClientException if the orderer cannot be reached or refuses it
  public void broadcast(Envelope envelope, Duration patience)
      throws ClientException, InterruptedException {
    BlockingClientCall<Envelope, BroadcastResponse> call =
        ClientCalls.blockingBidiStreamingCall(
            channel, AtomicBroadcastGrpc.getBroadcastMethod(), WAITING);
    try {
      call.write(envelope);
      BroadcastResponse response = call.read(patience.toNanos(), TimeUnit.NANOSECONDS);
      call.halfClose();
      if (response == null) {
        throw new ClientException("orderer " + address + " ended the stream without an answer");
      }
      if (response.getStatus() != org.hyperledger.fabric.protos.common.Status.SUCCESS) {
        throw new ClientException(
            "got unexpected status: " + response.getStatus() + " -- " + response.getInfo());
      }
    } catch (StatusException e) {
      throw failed(e);
    } catch (TimeoutException e) {
      throw new ClientException("orderer " + address + " did not answer within " + patience);
    } finally {
      call.cancel("done", null);
    }
  }

  /// Opens a stream of filtered blocks.
  ///
  /// @param seek a signed `SeekInfo`
  BlockingClientCall<Envelope, DeliverResponse> deliverFiltered(Envelope seek)
      throws ClientException, InterruptedException {
    BlockingClientCall<Envelope, DeliverResponse> call =
        ClientCalls.blockingBidiStreamingCall(
            channel, DeliverGrpc.getDeliverFilteredMethod(), WAITING);
    try {
      call.write(seek);
      return call;
    } catch (StatusException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static ClientException failed(StatusException e) {
    return new ClientException(goText(e.getStatus()), e);
  }
}
