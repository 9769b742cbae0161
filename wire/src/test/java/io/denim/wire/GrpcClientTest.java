package io.denim.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcClientTest {
  private static final BindableService ANSWERS =
      new EndorserGrpc.EndorserImplBase() {
        @Override
        public void processProposal(
            SignedProposal request, StreamObserver<ProposalResponse> observer) {
          observer.onNext(ProposalResponse.newBuilder().setVersion(7).build());
          observer.onCompleted();
        }
      };

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":7050",
        "orderer:7050x",
        "orderer:0",
        "orderer:65536",
        "host name:7050",
        "a/b:7050",
        "user@host:7050",
        "",
        "no_such_host.invalid:7050"
      })
  void anAddressThatCannotBeDialledIsLikeANodeThatIsAway(String address) throws Exception {
    ManagedChannel channel = GrpcClient.channel(address, Optional.empty());
    try {
      assertThatThrownBy(() -> ask(channel))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(e.getStatus().getDescription()).contains(address);
              });
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aNameWithUnderscoresIsLookedUp() throws Exception {
    NameResolverRegistry.getDefaultRegistry()
        .register(
            new HostNames(
                "test-host",
                host -> {
                  assertThat(host).isEqualTo("my_orderer");
                  return new InetAddress[] {InetAddress.getLoopbackAddress()};
                }));
    try (GrpcServer server = start()) {
      String target = HostNames.target("test-host", "my_orderer:" + server.port());
      ManagedChannel channel = GrpcClient.channel(target, Optional.empty());
      assertThat(ask(channel).getVersion()).isEqualTo(7);
      channel.shutdownNow();
    }
    assertThat(HostNames.target("my_orderer:7050")).isEqualTo("denim-host:///my_orderer:7050");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void usualNamesAreLeftToGrpc(String host) throws Exception {
    assertThat(HostNames.target(host + ":7050")).isEqualTo("dns:///" + host + ":7050");
    try (GrpcServer server = start()) {
      ManagedChannel channel = GrpcClient.channel(host + ":" + server.port(), Optional.empty());
      assertThat(ask(channel).getVersion()).isEqualTo(7);
      channel.shutdownNow();
    }
  }

  private static ProposalResponse ask(ManagedChannel channel) {
    return EndorserGrpc.newBlockingStub(channel)
        .processProposal(SignedProposal.getDefaultInstance());
  }

  private static GrpcServer start() throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return GrpcServer.start(
        GrpcServer.Settings.of(address, Optional.empty()), List.of(ANSWERS), List.of());
  }
}
