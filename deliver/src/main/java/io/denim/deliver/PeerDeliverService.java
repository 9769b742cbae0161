package io.denim.deliver;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.Resources;
import io.denim.policy.SignedData;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.peer.BlockAndPrivateData;
import org.hyperledger.fabric.protos.peer.DeliverGrpc;
import org.hyperledger.fabric.protos.peer.DeliverResponse;

/// `protos.Deliver`: a peer's committed blocks, whole, filtered or with private data (fabric v3.1.5
/// core/peer/deliverevents.go). Who may read is the channel's ACL of `event/Block` and
/// `event/FilteredBlock`.
public final class PeerDeliverService extends DeliverGrpc.DeliverImplBase {
  private final DeliverHandler handler;
  private final DeliverForm<DeliverResponse> privateForm;

  public PeerDeliverService(DeliverHandler handler, PrivateBlockData privateData) {
    this.handler = handler;
    this.privateForm = new WithPrivateData(privateData);
  }

  @Override
  public StreamObserver<Envelope> deliver(StreamObserver<DeliverResponse> responses) {
    return serve(responses, new Whole(), Resources.EVENT_BLOCK);
  }

  @Override
  public StreamObserver<Envelope> deliverFiltered(StreamObserver<DeliverResponse> responses) {
    return serve(responses, new Filtered(), Resources.EVENT_FILTERED_BLOCK);
  }

  @Override
  public StreamObserver<Envelope> deliverWithPrivateData(
      StreamObserver<DeliverResponse> responses) {
    return serve(responses, privateForm, Resources.EVENT_BLOCK);
  }

  private StreamObserver<Envelope> serve(
      StreamObserver<DeliverResponse> responses,
      DeliverForm<DeliverResponse> form,
      String resource) {
    return handler.serve(
        (ServerCallStreamObserver<DeliverResponse>) responses,
        form,
        (config, request) -> config.check(resource, request));
  }

  private static DeliverResponse statusResponse(Status status) {
    return DeliverResponse.newBuilder().setStatus(status).build();
  }

  private record Whole() implements DeliverForm<DeliverResponse> {
    @Override
    public DeliverResponse status(Status status) {
      return statusResponse(status);
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

  private record Filtered() implements DeliverForm<DeliverResponse> {
    @Override
    public DeliverResponse status(Status status) {
      return statusResponse(status);
    }

    @Override
    public String dataType() {
      return "filtered_block";
    }

    @Override
    public DeliverResponse block(DeliverChannel channel, Block block, SignedData request)
        throws DeliverException {
      try {
        return DeliverResponse.newBuilder().setFilteredBlock(FilteredBlocks.of(block)).build();
      } catch (InvalidProtocolBufferException e) {
        throw new DeliverException(
            "block " + block.getHeader().getNumber() + " cannot be filtered: " + e.getMessage(), e);
      }
    }
  }

  private record WithPrivateData(PrivateBlockData privateData)
      implements DeliverForm<DeliverResponse> {
    @Override
    public DeliverResponse status(Status status) {
      return statusResponse(status);
    }

    @Override
    public String dataType() {
      return "block_and_pvtdata";
    }

    @Override
    public DeliverResponse block(DeliverChannel channel, Block block, SignedData request)
        throws DeliverException {
      long number = block.getHeader().getNumber();
      return DeliverResponse.newBuilder()
          .setBlockAndPrivateData(
              BlockAndPrivateData.newBuilder()
                  .setBlock(block)
                  .putAllPrivateDataMap(privateData.readable(channel, number, request)))
          .build();
    }
  }
}
