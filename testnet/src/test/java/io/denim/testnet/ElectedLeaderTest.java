package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import io.denim.cli.TransactionProposal;
import io.denim.gossip.GossipSettings;
import io.denim.gossip.LeadershipSettings;
import io.denim.gossip.StateTransferSettings;
import io.denim.gossip.core.ElectionTiming;
import io.denim.identity.SignatureVerifier;
import io.denim.peer.DeliveryClientSettings;
import io.denim.peer.PeerSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An organization of which one peer, that it elects, takes blocks from the orderer: the other gets
/// them from it, and takes its place.
@Timeout(120)
class ElectedLeaderTest {
  private static final NetworkSpec SPEC =
      new NetworkSpec("mychannel", 1, 2, 1, 500, Duration.ofMillis(20), true);

  private static final String COLLECTIONS =
      """
      [{"name": "own", "policy": "OR('Org1MSP.member')",
        "requiredPeerCount": 0, "maxPeerCount": 1, "blockToLive": 0}]
      """;

  private static RunningNetwork network;
  private static NetworkCrypto crypto;

  @BeforeAll
  static void start() throws Exception {
    network = RunningNetwork.start(SPEC, ElectedLeaderTest::electing);
    crypto =
        new NetworkCrypto(network.directory(), SignatureVerifier.create(), InstantSource.system());
    KeyValuePackage.deploy(network, COLLECTIONS);
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  private static PeerSettings electing(PeerSettings settings) {
    GossipSettings usual = settings.gossip();
    StateTransferSettings state = usual.state();
    ElectionTiming timing =
        new ElectionTiming(
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofMillis(300));
    GossipSettings gossip =
        new GossipSettings(
            usual.bootstrap(),
            usual.timing(),
            usual.communication(),
            usual.membershipReport(),
            usual.privateData(),
            new StateTransferSettings(
                state.enabled(),
                Duration.ofMillis(500),
                state.responseTimeout(),
                state.batchSize(),
                state.blockBufferSize(),
                state.maxRetries()),
            new LeadershipSettings(false, Optional.of(timing)));
    DeliveryClientSettings delivery = settings.network().delivery();
    return settings.with(
        new PeerSettings.Network(
            gossip,
            settings.network().internalEndpoint(),
            new DeliveryClientSettings(delivery.timing(), true, true, Map.of())));
  }

  private static NetworkPlan.Peer peer(int index) {
    return network.plan().organizations().getFirst().peers().get(index);
  }

  private static GatewayClient gateway(int index) throws ClientException {
    return crypto.gateway(
        network.plan().organizations().getFirst(), peer(index), "User1", Duration.ofSeconds(30));
  }

  private static TransactionProposal.Call call(String... arguments) {
    List<ByteString> bytes = Arrays.stream(arguments).map(ByteString::copyFromUtf8).toList();
    return TransactionProposal.Call.of(network.channel(), KeyValuePackage.NAME, bytes);
  }

  /// The commit is seen at the peer itself, so its blocks come.
  private static void write(int index, String key) throws ClientException {
    try (GatewayClient gateway = gateway(index)) {
      assertThat(gateway.submit(call("put", key, key)).blockNumber()).isPositive();
    }
  }

  @Test
  void whoeverLeadsBothKeepUpAndEachStandsInForTheOther() throws Exception {
    write(0, "both-0");
    write(1, "both-1");
    for (int alone = 0; alone < 2; alone++) {
      String other = peer(1 - alone).hostname();
      network.stop(other);
      write(alone, "alone-" + alone);
      network.restart(other);
      write(1 - alone, "again-" + alone);
      try (GatewayClient gateway = gateway(1 - alone)) {
        assertThat(gateway.evaluate(call("get", "alone-" + alone)).toStringUtf8())
            .isEqualTo("alone-" + alone);
      }
    }
  }
}
