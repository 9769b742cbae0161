package io.denim.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.junit.jupiter.api.Test;

class UnreadAnswersTest {
  private static final int LARGE = 4 * InboundBudget.SMALL_BYTES;

  private final UnreadAnswers answers = new UnreadAnswers(LARGE + 1_000);

  /// A call whose client says nothing more.
  private final class Call<Q, R> extends ServerCall<Q, R> {
    final List<R> sent = new ArrayList<>();
    final List<Status.Code> ends = new ArrayList<>();
    private final MethodDescriptor<Q, R> method;

    Call(MethodDescriptor<Q, R> method) {
      this.method = method;
    }

    /// Answers as a handler does.
    ServerCall.Listener<Q> answer(R message) {
      return answers.interceptCall(
          this,
          new Metadata(),
          (call, headers) -> {
            call.sendMessage(message);
            call.close(Status.OK, new Metadata());
            return new ServerCall.Listener<>() {};
          });
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(R message) {
      sent.add(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      ends.add(status.getCode());
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
      return method;
    }
  }

  private static ProposalResponse answer(int bytes) {
    return ProposalResponse.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])).build();
  }

  @Test
  void anAnswerIsRefusedWhileOthersThatNobodyReadsTakeTheRoom() {
    var first = new Call<>(EndorserGrpc.getProcessProposalMethod());
    var reading = first.answer(answer(LARGE));
    assertThat(first.ends).containsExactly(Status.Code.OK);
    var second = new Call<>(EndorserGrpc.getProcessProposalMethod());
    second.answer(answer(LARGE));
    assertThat(second.sent).isEmpty();
    assertThat(second.ends).containsExactly(Status.Code.RESOURCE_EXHAUSTED);
    var small = new Call<>(EndorserGrpc.getProcessProposalMethod());
    small.answer(answer(1_000));
    assertThat(small.ends).containsExactly(Status.Code.OK);
    reading.onComplete();
    assertThat(answers.held()).isZero();
    var third = new Call<>(EndorserGrpc.getProcessProposalMethod());
    third.answer(answer(LARGE)).onCancel();
    assertThat(third.sent).hasSize(1);
    assertThat(answers.held()).isZero();
  }

  @Test
  void streamsAreNotCounted() {
    var deliver = new Call<>(AtomicBroadcastGrpc.getDeliverMethod());
    assertThat(deliver.getMethodDescriptor().getType()).isEqualTo(MethodType.BIDI_STREAMING);
    BlockData large = BlockData.newBuilder().addData(answer(2 * LARGE).getPayload()).build();
    deliver.answer(
        DeliverResponse.newBuilder().setBlock(Block.newBuilder().setData(large)).build());
    assertThat(deliver.sent).hasSize(1);
    assertThat(answers.held()).isZero();
  }
}
