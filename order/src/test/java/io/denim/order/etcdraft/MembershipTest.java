package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.consensus.ConfChange;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private final Membership three =
      Membership.of(
          BlockMetadata.getDefaultInstance(),
          ConfigMetadata.newBuilder().addAllConsenters(consenters("a", "b", "c")).build());

  @Test
  void aNewConsenterGetsTheNextIdWhereverItStands() {
    Membership.Change change = three.updated(consenters("a", "d", "b", "c"));
    assertThat(change.change()).contains(new ConfChange(ConfChange.Kind.ADD, 4));
    assertThat(change.next().metadata().getConsenterIdsList()).containsExactly(1L, 4L, 2L, 3L);
    assertThat(change.next().metadata().getNextConsenterId()).isEqualTo(5);
  }

  @Test
  void aConsenterWithAnotherCertificateKeepsItsId() {
    Membership.Change change = three.updated(consenters("a", "x", "c"));
    assertThat(change.change()).isEmpty();
    assertThat(change.rotated()).contains(2L);
    assertThat(change.next().consenters().get(2L)).isEqualTo(consenters("x").getFirst());
  }

  @Test
  void twoAtATimeAreTooMany() {
    assertThatThrownBy(() -> three.updated(consenters("a", "b", "c", "d", "e")))
        .hasMessage(
            "update of more than one consenter at a time is not supported, requested changes: add"
                + " 2 node(s), remove 0 node(s)");
  }

  @Test
  void aChangeThatLeavesTooFewWhoAnswerLosesTheQuorum() {
    Membership.Change add = three.updated(consenters("a", "b", "c", "d"));
    assertThat(add.losesQuorum(Set.of(1L, 2L))).isTrue(); // three of four are needed
    assertThat(add.losesQuorum(Set.of(1L, 2L, 3L))).isFalse();
    Membership.Change remove = three.updated(consenters("a", "b"));
    assertThat(remove.losesQuorum(Set.of(1L, 3L))).isTrue();
    assertThat(remove.losesQuorum(Set.of(1L, 2L))).isFalse();
    Membership.Change rotate = three.updated(consenters("a", "x", "c"));
    assertThat(rotate.losesQuorum(Set.of(1L, 2L))).isTrue();
    assertThat(rotate.losesQuorum(Set.of(1L, 3L))).isFalse();
    assertThat(three.updated(consenters("a", "b", "c")).losesQuorum(Set.of())).isFalse();
  }

  @Test
  void aClusterOfOneMayGrow() {
    Membership one =
        Membership.of(
            BlockMetadata.getDefaultInstance(),
            ConfigMetadata.newBuilder().addAllConsenters(consenters("a")).build());
    Membership.Change change = one.updated(consenters("a", "b"));
    assertThat(change.losesQuorum(Set.of(1L))).isFalse();
    assertThat(change.rotated()).isEqualTo(Optional.empty());
  }

  private static List<Consenter> consenters(String... names) {
    return List.of(names).stream()
        .map(name ->
            Consenter.newBuilder()
                .setHost(name)
                .setClientTlsCert(ByteString.copyFromUtf8(name))
                .setServerTlsCert(ByteString.copyFromUtf8(name))
                .build())
        .toList();
  }
}
