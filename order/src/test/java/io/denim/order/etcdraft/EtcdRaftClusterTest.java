package io.denim.order.etcdraft;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import io.denim.identity.Cryptogen;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.order.BlockSigner;
import io.denim.order.Chain;
import io.denim.order.Submission;
import io.denim.order.WaitingBytes;
import io.denim.wire.Caller;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.orderer.ConsensusType;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three orderers of one channel over real connections with mutual TLS.
class EtcdRaftClusterTest {
  private static final int SIZE = 3;

  @TempDir Path folder;
  private final List<Node> nodes = new ArrayList<>();

  /// One orderer: its channel's blocks survive its chain.
  private final class Node {
    private final int number;
    private final int port;
    private final RecordingSupport support;
    private final DeliveredBlocks blocks;
    private @Nullable Chain chain;
    private @Nullable GrpcServer server;

    Node(int number, int port, Block genesis) throws Exception {
      this.number = number;
      this.port = port;
      this.support =
          new RecordingSupport(
              genesis, SignatureVerifier.create(), Optional.of(new BlockSigner(signer(number))));
      this.blocks = new DeliveredBlocks(support, certificate(number));
    }

    void start() throws Exception {
      Path own = node(number);
      var keys =
          new TlsKeyPair(read(own.resolve("tls/server.crt")), read(own.resolve("tls/server.key")));
      var consenter =
          new EtcdRaftConsenter(
              EtcdRaftConsenter.Settings.of(
                  folder.resolve("wal" + number),
                  Optional.of(new EtcdRaftConsenter.Tls(keys.certificateChain(), keys))),
              signer(number),
              new Metrics(),
              InstantSource.system(),
              new EtcdRaftConsenter.Room(WaitingBytes.customary(), WaitingBytes.customary()));
      server =
          GrpcServer.start(
              GrpcServer.Settings.of(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                  Optional.of(new ServerTls(keys, ServerTls.ClientAuth.REQUESTED, List.of()))),
              List.of(consenter.service(), blocks),
              List.of(Caller.interceptor()));
      chain = consenter.chain("ch", support, support.lastMetadata());
      chain.start();
    }

    void stop() {
      if (chain != null && server != null) {
        chain.close();
        server.close();
        chain = null;
      }
    }

    /// Orders an envelope as clients do: again, if it is not taken or does not come.
    void order(String text) throws Exception {
      ByteString payload =
          Payload.newBuilder().setData(ByteString.copyFromUtf8(text)).build().toByteString();
      Envelope envelope = Envelope.newBuilder().setPayload(payload).build();
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!isOrdered(envelope)) {
        BlockingQueue<Submission> outcome = new ArrayBlockingQueue<>(1);
        running().order(envelope, 0, outcome::add);
        Submission submission = outcome.take();
        assertThat(System.nanoTime()).as("%s: %s", text, submission).isLessThan(deadline);
        if (submission instanceof Submission.Accepted) {
          assertThat(isOrdered(envelope)).as("%s is in a block", text).isTrue();
        }
      }
    }

    private boolean isOrdered(Envelope envelope) {
      return support.blocks().stream()
          .anyMatch(block -> block.getData().getDataList().contains(envelope.toByteString()));
    }

    private Chain running() {
      assertThat(chain).as("node %d runs", number).isNotNull();
      return chain;
    }
  }

  private X509Certificate certificate(int number) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(read(node(number).resolve("tls/server.crt")).newInput());
  }

  private EnvelopeSigner signer(int number) throws Exception {
    LocalMsp msp =
        LocalMsp.load(
            node(number).resolve("msp"),
            "OrdererMSP",
            SignatureVerifier.create(),
            InstantSource.system());
    return new EnvelopeSigner(msp.signingIdentity(), InstantSource.system());
  }

  @BeforeEach
  void startThree() throws Exception {
    Cryptogen.generate(
        folder,
        List.of(Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 1, 1)),
        List.of(Cryptogen.OrganizationSpec.of("Orderer", "example.com", "orderer", SIZE, 0)),
        InstantSource.system());
    List<Integer> ports = freePorts();
    Block genesis = GenesisBlocks.of("ch", profile(ports), InstantSource.system());
    for (int i = 0; i < SIZE; i++) {
      nodes.add(new Node(i, ports.get(i), genesis));
    }
    for (Node node : nodes) {
      node.start();
    }
  }

  @AfterEach
  void stopAll() {
    nodes.forEach(Node::stop);
  }

  @Test
  void envelopesGivenToAnyNodeAreInTheBlocksOfAll() throws Exception {
    for (int i = 0; i < 2 * SIZE; i++) {
      nodes.get(i % SIZE).order("message " + i);
    }
    assertSameBlocks(1 + 2 * SIZE);
  }

  @Test
  void theOthersGoOnWithoutANodeWhichThenCatchesUp() throws Exception {
    nodes.getFirst().order("before");
    for (int stopped = 0; stopped < SIZE; stopped++) {
      nodes.get(stopped).stop();
      Node left = nodes.get((stopped + 1) % SIZE);
      left.order("without " + stopped);
      nodes.get(stopped).start();
      nodes.get(stopped).support.awaitHeight(left.support.blocks().size());
    }
    assertSameBlocks(2 + SIZE);
  }

  /// Every block is a snapshot, of which the log keeps few behind; each node has a turn, and each
  /// serves blocks, also to itself.
  @Test
  void aNodeThatWasAwayForLongGetsTheBlocksBeforeTheSnapshotFromTheOthers() throws Exception {
    nodes.getFirst().order("before");
    for (int turn = 0; turn < 2 * SIZE; turn++) {
      Node away = nodes.get(turn % SIZE);
      away.stop();
      Node left = nodes.get((turn + 1) % SIZE);
      for (int i = 0; i < 8; i++) {
        left.order("turn " + turn + " message " + i);
      }
      away.start();
      away.support.awaitHeight(left.support.blocks().size());
    }
    assertSameBlocks(2 + 2 * SIZE * 8);
    assertThat(nodes).extracting(node -> node.blocks.asked()).anyMatch(times -> times > 0);
    assertThat(nodes).extracting(node -> node.blocks.askedByItself()).containsOnly(0);
  }

  /// With one of the others away, its vote and its log are needed.
  @Test
  void aNodeThatWaitsForBlocksTakesPartMeanwhile() throws Exception {
    Node first = nodes.getFirst();
    Node second = nodes.get(1);
    Node behind = nodes.get(2);
    first.order("before");
    behind.stop();
    int had = behind.support.blocks().size();
    for (int i = 0; i < 8; i++) {
      first.order("message " + i);
    }
    first.blocks.withhold(true);
    second.blocks.withhold(true);
    int asked = first.blocks.asked() + second.blocks.asked();
    behind.start();
    while (first.blocks.asked() + second.blocks.asked() == asked) {
      assertThat(behind.support.awaitMoreThan(had, Duration.ofMillis(20))).isFalse();
    }
    second.stop();
    first.order("with a node that has no blocks for it");
    assertThat(behind.support.blocks()).hasSize(had);
    first.blocks.withhold(false);
    behind.support.awaitHeight(first.support.blocks().size());
    second.blocks.withhold(false);
    second.start();
    assertSameBlocks(11);
  }

  @Test
  void aNodeThatAConfigurationRemovesLeavesAndTheOthersGoOn() throws Exception {
    nodes.getFirst().order("before");
    Node removed = nodes.get(2);
    Node left = nodes.getFirst();
    Envelope config = configWithout(removed.number, left.support.config().config());
    while (left.support.config().sequence() == 0) {
      left.running().configureAndWait(config, 0);
    }
    removed.support.awaitLeft();
    assertThat(removed.running().participation())
        .isEqualTo(new Chain.Participation("config-tracker", "inactive"));
    left.order("after");
    nodes.get(1).order("after that");
    BlockMetadata metadata = BlockMetadata.parseFrom(left.support.lastMetadata());
    assertThat(metadata.getConsenterIdsList()).containsExactly(1L, 2L);
    assertThat(metadata.getNextConsenterId()).isEqualTo(4);
  }

  /// A message with the configuration that lacks one consenter; who may change that is not the
  /// chain's to ask.
  private static Envelope configWithout(int number, Config current) throws Exception {
    ConfigGroup channel = current.getChannelGroup();
    ConfigGroup orderer = channel.getGroupsOrThrow("Orderer");
    ConfigValue value = orderer.getValuesOrThrow("ConsensusType");
    ConsensusType type = ConsensusType.parseFrom(value.getValue());
    ConfigMetadata fewer =
        ConfigMetadata.parseFrom(type.getMetadata()).toBuilder().removeConsenters(number).build();
    ConfigValue changed =
        value.toBuilder()
            .setValue(type.toBuilder().setMetadata(fewer.toByteString()).build().toByteString())
            .build();
    Config next =
        Config.newBuilder()
            .setSequence(current.getSequence() + 1)
            .setChannelGroup(
                channel.toBuilder()
                    .putGroups(
                        "Orderer", orderer.toBuilder().putValues("ConsensusType", changed).build()))
            .build();
    ByteString header =
        ChannelHeader.newBuilder()
            .setType(HeaderType.CONFIG_VALUE)
            .setChannelId("ch")
            .build()
            .toByteString();
    return Envelope.newBuilder()
        .setPayload(
            Payload.newBuilder()
                .setHeader(Header.newBuilder().setChannelHeader(header))
                .setData(ConfigEnvelope.newBuilder().setConfig(next).build().toByteString())
                .build()
                .toByteString())
        .build();
  }

  private void assertSameBlocks(int leastHeight) throws Exception {
    int height = leastHeight;
    for (Node node : nodes) {
      height = Math.max(height, node.support.blocks().size());
    }
    for (Node node : nodes) {
      node.support.awaitHeight(height);
    }
    List<Block> first = nodes.getFirst().support.blocks().subList(0, height);
    for (Node node : nodes) {
      assertThat(node.support.blocks().subList(0, height))
          .usingElementComparator(Comparator.comparing(EtcdRaftClusterTest::unsigned))
          .isEqualTo(first);
    }
  }

  /// What all orderers have alike of a block.
  private static String unsigned(Block block) {
    return block.toBuilder().clearMetadata().build().toByteString().toString(ISO_8859_1);
  }

  private Path node(int number) {
    return folder.resolve(
        "ordererOrganizations/example.com/orderers/orderer" + number + ".example.com");
  }

  private static ByteString read(Path file) throws Exception {
    return ByteString.copyFrom(Files.readAllBytes(file));
  }

  private static List<Integer> freePorts() throws Exception {
    List<ServerSocket> sockets = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  private ProfileSpec profile(List<Integer> ports) {
    List<ProfileSpec.RaftConsenter> consenters = new ArrayList<>();
    List<String> endpoints = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      Path certificate = node(i).resolve("tls/server.crt");
      consenters.add(
          new ProfileSpec.RaftConsenter("127.0.0.1", ports.get(i), certificate, certificate));
      endpoints.add("127.0.0.1:" + ports.get(i));
    }
    var options =
        ProfileSpec.Raft.CUSTOMARY_OPTIONS.toBuilder()
            .setTickInterval("100ms")
            .setSnapshotIntervalSize(1)
            .build();
    var ordererOrganization =
        organization("OrdererOrg", "OrdererMSP", "ordererOrganizations/example.com", endpoints);
    var orderer =
        new ProfileSpec.Orderer(
            new ProfileSpec.Raft(consenters, options),
            new ProfileSpec.Batch(Duration.ofMillis(50), new BatchSize(1, 10 << 20, 1 << 20)),
            List.of(),
            0,
            List.of(ordererOrganization),
            Set.of("V2_0"),
            ProfileSpec.Orderer.customaryPolicies());
    var application =
        new ProfileSpec.Application(
            List.of(
                organization("Org1", "Org1MSP", "peerOrganizations/org1.example.com", List.of())),
            Set.of("V2_5"),
            ProfileSpec.PolicyRule.ofLevel(),
            Map.of());
    return ProfileSpec.of(orderer, application, Set.of("V2_0"));
  }

  private ProfileSpec.Organization organization(
      String name, String mspId, String path, List<String> endpoints) {
    var member = ProfileSpec.PolicyRule.signature("OR('" + mspId + ".member')");
    return new ProfileSpec.Organization(
        name,
        mspId,
        folder.resolve(path).resolve("msp"),
        Map.of("Readers", member, "Writers", member, "Admins", member),
        List.of(),
        endpoints,
        false);
  }
}
