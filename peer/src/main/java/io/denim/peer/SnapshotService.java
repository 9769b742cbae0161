package io.denim.peer;

import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.Resources;
import io.denim.ledger.PeerLedger;
import io.denim.policy.SignedData;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.QueryPendingSnapshotsResponse;
import org.hyperledger.fabric.protos.peer.SignedSnapshotRequest;
import org.hyperledger.fabric.protos.peer.SnapshotGrpc;
import org.hyperledger.fabric.protos.peer.SnapshotQuery;
import org.hyperledger.fabric.protos.peer.SnapshotRequest;

/// Takes requests for snapshots of this peer's ledgers from its administrators (fabric v3.1.5
/// core/ledger/snapshotgrpc). What is refused is so with the status UNKNOWN and Fabric's text.
final class SnapshotService extends SnapshotGrpc.SnapshotImplBase {
  private final PeerChannels channels;
  private final ProposalAccess access;

  SnapshotService(PeerChannels channels, ProposalAccess access) {
    this.channels = channels;
    this.access = access;
  }

  @Override
  public void generate(SignedSnapshotRequest signed, StreamObserver<Empty> response) {
    answer(
        response,
        () -> {
          SnapshotRequest request = SnapshotRequest.parseFrom(signed.getRequest());
          check(
              Resources.SNAPSHOT_SUBMIT_REQUEST,
              request.hasSignatureHeader(),
              request.getSignatureHeader(),
              signed);
          refuse(ledger(request.getChannelId()).requestSnapshot(request.getBlockNumber()));
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void cancel(SignedSnapshotRequest signed, StreamObserver<Empty> response) {
    answer(
        response,
        () -> {
          SnapshotRequest request = SnapshotRequest.parseFrom(signed.getRequest());
          check(
              Resources.SNAPSHOT_CANCEL_REQUEST,
              request.hasSignatureHeader(),
              request.getSignatureHeader(),
              signed);
          refuse(ledger(request.getChannelId()).cancelSnapshot(request.getBlockNumber()));
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void queryPendings(
      SignedSnapshotRequest signed, StreamObserver<QueryPendingSnapshotsResponse> response) {
    answer(
        response,
        () -> {
          SnapshotQuery query = SnapshotQuery.parseFrom(signed.getRequest());
          check(
              Resources.SNAPSHOT_LIST_PENDING,
              query.hasSignatureHeader(),
              query.getSignatureHeader(),
              signed);
          return QueryPendingSnapshotsResponse.newBuilder()
              .addAllBlockNumbers(ledger(query.getChannelId()).pendingSnapshots())
              .build();
        });
  }

  private void check(
      String resource, boolean present, SignatureHeader header, SignedSnapshotRequest signed)
      throws Refusal {
    if (!present) {
      throw new Refusal("missing signature header");
    }
    refuse(
        access.localRefusal(
            resource,
            new SignedData(signed.getRequest(), header.getCreator(), signed.getSignature())));
  }

  private PeerLedger ledger(String channelId) throws Refusal {
    if (channelId.isEmpty()) {
      throw new Refusal("missing channel ID");
    }
    return channels
        .channel(channelId)
        .map(PeerChannel::ledger)
        .orElseThrow(() -> new Refusal("cannot find ledger for channel " + channelId));
  }

  private static void refuse(Optional<String> reason) throws Refusal {
    if (reason.isPresent()) {
      throw new Refusal(reason.get());
    }
  }

  private static <T> void answer(StreamObserver<T> response, Call<T> call) {
    try {
      response.onNext(call.run());
      response.onCompleted();
    } catch (Refusal e) {
      response.onError(Status.UNKNOWN.withDescription(e.getMessage()).asRuntimeException());
    } catch (InvalidProtocolBufferException e) {
      response.onError(
          Status.UNKNOWN
              .withDescription("failed to unmarshal snapshot request: " + e.getMessage())
              .asRuntimeException());
    }
  }

  /// What a call does.
  private interface Call<T> {
    T run() throws Refusal, InvalidProtocolBufferException;
  }

  /// Ends a call with a reason for the caller.
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason);
    }
  }
}
