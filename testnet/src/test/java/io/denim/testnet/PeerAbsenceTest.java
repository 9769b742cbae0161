package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import io.denim.cli.TransactionProposal;
import io.denim.gossip.GossipSettings;
import io.denim.gossip.PrivateDataSettings;
import io.denim.gossip.privdata.PulledPrivateData;
import io.denim.identity.SignatureVerifier;
import io.denim.peer.PeerSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Peers that were away get what they missed from others, whoever else is away; and who is not
/// eligible gets nothing.
@Timeout(120)
class PeerAbsenceTest {
  private static final String COLLECTION = "own";
  private static final String COLLECTIONS =
      """
      [{"name": "own", "policy": "OR('Org1MSP.member')",
        "requiredPeerCount": 0, "maxPeerCount": 1, "blockToLive": 0,
        "memberOnlyRead": true, "memberOnlyWrite": true,
        "endorsementPolicy": {"signaturePolicy": "OR('Org1MSP.peer')"}}]
      """;
  private static final NetworkSpec SPEC =
      new NetworkSpec("mychannel", 2, 2, 1, 500, Duration.ofMillis(20), true);

  private static RunningNetwork network;
  private static NetworkCrypto crypto;

  @BeforeAll
  static void start() throws Exception {
    network = RunningNetwork.start(SPEC, PeerAbsenceTest::impatient);
    crypto =
        new NetworkCrypto(network.directory(), SignatureVerifier.create(), InstantSource.system());
    KeyValuePackage.deploy(network, COLLECTIONS);
  }

  @AfterEach
  void restart() throws InterruptedException {
    for (NetworkPlan.Orderer orderer : network.plan().orderers()) {
      network.restart(orderer.hostname());
    }
    for (NetworkPlan.Organization organization : network.plan().organizations()) {
      for (NetworkPlan.Peer peer : organization.peers()) {
        network.restart(peer.hostname());
      }
    }
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  /// Commits do not wait for private data, and it is asked for again soon.
  private static PeerSettings impatient(PeerSettings settings) {
    GossipSettings usual = settings.gossip();
    PrivateDataSettings data = usual.privateData();
    PrivateDataSettings fast =
        new PrivateDataSettings(
            Duration.ofMillis(100),
            data.pushAckTimeout(),
            data.transientStoreMaxBlockRetention(),
            data.btlPullMargin(),
            new PrivateDataSettings.Reconciliation(true, Duration.ofMillis(200), 10),
            data.implicit());
    GossipSettings gossip =
        new GossipSettings(
            usual.bootstrap(),
            usual.timing(),
            usual.communication(),
            usual.membershipReport(),
            fast,
            usual.state(),
            usual.leadership());
    return settings.with(
        new PeerSettings.Network(
            gossip, settings.network().internalEndpoint(), settings.network().delivery()));
  }

  private static NetworkPlan.Peer peer(int organization, int index) {
    return network.plan().organization("Org" + organization).peers().get(index);
  }

  private static GatewayClient gateway(int organization, int index) throws ClientException {
    return crypto.gateway(
        network.plan().organization("Org" + organization),
        peer(organization, index),
        "User1",
        Duration.ofSeconds(20));
  }

  private static long write(int index, String key, String value) throws ClientException {
    try (GatewayClient gateway = gateway(1, index)) {
      return gateway
          .submit(
              new TransactionProposal.Call(
                  network.channel(),
                  KeyValuePackage.NAME,
                  arguments("putPrivate", COLLECTION, key),
                  Map.of("value", ByteString.copyFromUtf8(value)),
                  false))
          .blockNumber();
    }
  }

  private static List<ByteString> arguments(String... arguments) {
    return Arrays.stream(arguments).map(ByteString::copyFromUtf8).toList();
  }

  private static String evaluate(int organization, int index, String... arguments)
      throws ClientException {
    try (GatewayClient gateway = gateway(organization, index)) {
      return gateway
          .evaluate(
              TransactionProposal.Call.of(
                  network.channel(), KeyValuePackage.NAME, arguments(arguments)))
          .toStringUtf8();
    }
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static boolean has(int index, String key, String value) {
    try {
      return evaluate(1, index, "getPrivate", COLLECTION, key).equals(value);
    } catch (ClientException e) {
      return false; // the data or the chaincode is not here yet
    }
  }

  /// While it was down its only source wrote, and that is down when it commits.
  @Test
  void privateDataThatAPeerMissedIsReconciled() throws Exception {
    String source = peer(1, 0).hostname();
    String late = peer(1, 1).hostname();
    network.stop(late);
    write(0, "missed", "secret");
    network.stop(source);
    network.restart(late);
    await("the block", () -> knowsOf("missed"));
    assertThatThrownBy(() -> evaluate(1, 1, "getPrivate", COLLECTION, "missed"))
        .isInstanceOf(ClientException.class);
    network.restart(source);
    await("the data", () -> has(1, "missed", "secret"));
  }

  /// Whether the late peer has the hash.
  private static boolean knowsOf(String key) {
    try {
      return evaluate(1, 1, "hasPrivate", COLLECTION, key).equals("true");
    } catch (ClientException e) {
      return false; // the chaincode is not here yet
    }
  }

  @Test
  void aPeerCatchesUpFromOthersWhileNoOrdererRuns() throws Exception {
    String late = peer(1, 1).hostname();
    String orderer = network.plan().orderers().getFirst().hostname();
    network.stop(late);
    for (int i = 0; i < 25; i++) {
      write(0, "key" + i, "value" + i);
    }
    network.stop(orderer);
    network.restart(late);
    await("the newest block", () -> has(1, "key24", "value24"));
    assertThat(has(1, "key0", "value0")).isTrue();
    network.restart(orderer);
    await("the orderer", () -> writes("afterwards"));
  }

  private static boolean writes(String key) {
    try {
      return write(0, key, key) > 0;
    } catch (ClientException e) {
      return false; // the orderer is not in reach yet
    }
  }

  @Test
  void whoIsNoMemberAsksForPrivateDataInVain() throws Exception {
    String holder = peer(1, 0).address();
    long block = write(0, "guarded", "secret");
    assertThat(asked(1, holder, block).found()).hasSize(1);
    PulledPrivateData refused = asked(2, holder, block);
    assertThat(refused.found()).isEmpty();
    assertThat(refused.unanswered()).as("the peer answers, with nothing").isEmpty();
  }

  private static PulledPrivateData asked(int organization, String holder, long block)
      throws Exception {
    String stopped = peer(organization, 1).hostname();
    network.stop(stopped);
    try (AskingPeer asker = new AskingPeer(network, "Org" + organization, 1, holder)) {
      await("the holder", () -> asker.sees(holder, block + 1));
      return asker.ask(holder, KeyValuePackage.NAME, COLLECTION, block);
    } finally {
      network.restart(stopped);
    }
  }
}
