package io.denim.cli;

import io.denim.identity.EnvelopeSigner;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekNewest;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.hyperledger.fabric.protos.orderer.SeekSpecified;
import org.hyperledger.fabric.protos.peer.DeliverResponse;
import org.hyperledger.fabric.protos.peer.FilteredTransaction;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Calls chaincode as administrators' tools do: endorsed by the peers that it is told to ask,
/// ordered, and waited for (fabric v3.1.5 internal/peer/chaincode/common.go).
///
/// @param peers who endorse; the first one answers queries
/// @param awaited who must have committed before a transaction counts as done
public record TransactionClient(
    EnvelopeSigner signer,
    List<NodeClient> peers,
    List<NodeClient> awaited,
    NodeClient orderer,
    Duration patience) {
  public TransactionClient {
    peers = List.copyOf(peers);
    awaited = List.copyOf(awaited);
  }

  /// A committed transaction.
  public record Committed(String txId, Response response) {}

  /// Executes at the first peer, without a transaction.
  ///
  /// @throws ClientException if it fails there
  public Response query(TransactionProposal.Call call) throws ClientException {
    TransactionProposal proposal = TransactionProposal.of(call, signer);
    Response response = peers.getFirst().propose(proposal.signed(), patience).getResponse();
    if (response.getStatus() != 200) {
      throw new ClientException(
          "query failed with status: " + response.getStatus() + " - " + response.getMessage());
    }
    return response;
  }

  /// Endorses, orders and waits until all that are awaited have committed.
  ///
  /// @throws ClientException if any step fails, or the transaction is not valid
  public Committed submit(TransactionProposal.Call call)
      throws ClientException, InterruptedException {
    Endorsed endorsed = endorse(call);
    order(endorsed, Optional.of(patience), (_, _, _) -> {});
    return new Committed(endorsed.txId(), endorsed.response());
  }

  /// What the peers answered to one proposal, in their order.
  ///
  /// @param responses at least one
  public record Endorsed(
      TransactionProposal proposal, String channelId, List<ProposalResponse> responses) {
    public Endorsed {
      responses = List.copyOf(responses);
    }

    public String txId() {
      return proposal.txId();
    }

    /// The first peer's, which may be a failure.
    public Response response() {
      return responses.getFirst().getResponse();
    }
  }

  /// Told what becomes of a transaction at each peer, a valid one or not.
  public interface CommitListener {
    void committed(String txId, TxValidationCode status, String peer);
  }

  /// Asks all peers to execute.
  ///
  /// @throws ClientException if one cannot be reached
  public Endorsed endorse(TransactionProposal.Call call) throws ClientException {
    TransactionProposal proposal = TransactionProposal.of(call, signer);
    List<ProposalResponse> responses = new ArrayList<>();
    for (NodeClient peer : peers) {
      responses.add(peer.propose(proposal.signed(), patience));
    }
    return new Endorsed(proposal, call.channelId(), responses);
  }

  /// Has what was endorsed ordered.
  ///
  /// @param wait how long to wait for each peer's commit; not at all where it is absent
  /// @throws ClientException if it was not endorsed, or a step fails, or the transaction is not
  ///   valid
  public void order(Endorsed endorsed, Optional<Duration> wait, CommitListener listener)
      throws ClientException, InterruptedException {
    Envelope transaction = endorsed.proposal().transaction(endorsed.responses());
    if (wait.isEmpty()) {
      orderer.broadcast(transaction, patience);
      return;
    }
    List<CommitWatch> watches = new ArrayList<>();
    try {
      for (NodeClient peer : awaited) {
        watches.add(CommitWatch.open(peer, endorsed.channelId(), signer));
      }
      orderer.broadcast(transaction, patience);
      for (CommitWatch watch : watches) {
        watch.await(endorsed.txId(), wait.get(), listener);
      }
    } finally {
      watches.forEach(CommitWatch::close);
    }
  }

  /// Filtered blocks of one peer, from its newest on.
  private record CommitWatch(
      NodeClient peer, String channelId, BlockingClientCall<Envelope, DeliverResponse> call)
      implements AutoCloseable {
    static CommitWatch open(NodeClient peer, String channelId, EnvelopeSigner signer)
        throws ClientException, InterruptedException {
      SeekInfo seek =
          SeekInfo.newBuilder()
              .setStart(
                  SeekPosition.newBuilder().setNewest(SeekNewest.getDefaultInstance()).build())
              .setStop(
                  SeekPosition.newBuilder()
                      .setSpecified(SeekSpecified.newBuilder().setNumber(Long.MAX_VALUE)))
              .build();
      Envelope signed =
          signer.envelope(
              HeaderType.DELIVER_SEEK_INFO,
              channelId,
              seek.toByteString(),
              peer.tlsCertificateHash());
      return new CommitWatch(peer, channelId, peer.deliverFiltered(signed));
    }

    void await(String txId, Duration patience, CommitListener listener)
        throws ClientException, InterruptedException {
      long deadline = System.nanoTime() + patience.toNanos();
      try {
        while (true) {
          DeliverResponse response = call.read(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          if (response == null || !response.hasFilteredBlock()) {
            throw new ClientException(
                "peer "
                    + peer.address()
                    + " ended its blocks of channel "
                    + channelId
                    + (response == null ? "" : " with status " + response.getStatus()));
          }
          for (FilteredTransaction seen :
              response.getFilteredBlock().getFilteredTransactionsList()) {
            if (seen.getTxid().equals(txId)) {
              listener.committed(txId, seen.getTxValidationCode(), peer.address());
              requireValid(seen);
              return;
            }
          }
        }
      } catch (TimeoutException e) {
        throw new ClientException(
            "timed out waiting for txid " + txId + " on peer " + peer.address(), e);
      } catch (StatusException e) {
        throw new ClientException(
            "peer " + peer.address() + " ended its blocks: " + e.getStatus(), e);
      }
    }

    private void requireValid(FilteredTransaction seen) throws ClientException {
      if (seen.getTxValidationCode() != TxValidationCode.VALID) {
        throw new ClientException(
            "transaction invalidated with status (" + seen.getTxValidationCode() + ")");
      }
    }

    @Override
    public void close() {
      call.cancel("done", null);
    }
  }
}
