package io.denim.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;

class InboundBudgetTest {
  private static final int LARGE = 4 * InboundBudget.SMALL_BYTES;

  private final InboundBudget budget = new InboundBudget(LARGE);

  @Test
  void aLargeMessageIsRefusedWhileAnotherTakesTheBudget() {
    ServerStreamTracer first = stream();
    first.inboundWireSize(LARGE);
    ServerStreamTracer second = stream();
    second.inboundWireSize(InboundBudget.SMALL_BYTES);
    assertThatThrownBy(() -> second.inboundWireSize(1))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    assertThat(budget.held()).isEqualTo(LARGE);
  }

  @Test
  void smallMessagesPassBesideALargeOneUntilTheyTakeAsMuchThemselves() {
    stream().inboundWireSize(LARGE);
    for (int i = 0; i < LARGE / InboundBudget.SMALL_BYTES; i++) {
      stream().inboundWireSize(InboundBudget.SMALL_BYTES);
    }
    ServerStreamTracer next = stream();
    assertThatThrownBy(() -> next.inboundWireSize(1)).isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void roomComesBackWhenAMessageIsHandedOnOrItsStreamEnds() {
    ServerStreamTracer handedOn = stream();
    handedOn.inboundWireSize(LARGE);
    handedOn.inboundMessageRead(0, LARGE, LARGE);
    ServerStreamTracer ended = stream();
    ended.inboundWireSize(LARGE);
    ended.streamClosed(Status.CANCELLED);
    ended.streamClosed(Status.CANCELLED);
    assertThat(budget.held()).isZero();
  }

  private ServerStreamTracer stream() {
    return budget.newServerStreamTracer("protos.Endorser/ProcessProposal", new Metadata());
  }
}
