package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ConsensusType;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.deliver.BlockFeed;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.order.etcdraft.EtcdRaftConsenter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;

/// What an orderer is made from, with the golden network's keys; its channels have it for their
/// only consenter, and no network is needed.
final class OrdererRig {
  static final Path GOLDEN = Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25");
  private static final InstantSource CLOCK = InstantSource.system();

  final SignatureVerifier verifier = SignatureVerifier.create();
  private final Path folder;
  private final LocalMsp msp;
  private final EnvelopeSigner signer;

  OrdererRig(Path folder) throws Exception {
    this.folder = folder;
    this.msp =
        LocalMsp.load(
            GOLDEN.resolve(
                "crypto/ordererOrganizations/example.com/orderers/orderer0.example.com/msp"),
            "OrdererMSP",
            verifier,
            CLOCK);
    this.signer = new EnvelopeSigner(msp.signingIdentity(), CLOCK);
  }

  /// The channels on disk, opened by an orderer that knows Raft.
  ChannelRegistrar open() {
    var settings = EtcdRaftConsenter.Settings.of(folder.resolve("wal"), Optional.empty());
    return open(
        Map.of(
            ConsensusType.ETCD_RAFT,
            new EtcdRaftConsenter(
                settings,
                signer,
                new Metrics(),
                CLOCK,
                new EtcdRaftConsenter.Room(WaitingBytes.customary(), WaitingBytes.customary()))));
  }

  ChannelRegistrar open(Map<String, Consenter> consenters) {
    return ChannelRegistrar.open(
        new ChannelRegistrar.Node(
            folder,
            new MessageProcessor(msp.signingIdentity(), verifier, CLOCK, true),
            new BlockSigner(signer),
            verifier,
            consenters,
            new ChannelRegistrar.Following(
                signer, new BlockFeed.Connection(false, Optional.empty()))));
  }

  /// The Raft log of a channel.
  Path raftLog(String channelId) {
    return folder.resolve("wal").resolve(channelId).resolve("log");
  }

  static Block genesis() throws Exception {
    return Block.parseFrom(Files.readAllBytes(GOLDEN.resolve("genesis.block")));
  }

  /// A channel of another name with the golden one's configuration.
  Block genesis(String channelId) throws Exception {
    return GenesisBlocks.of(channelId, ChannelConfig.ofBlock(genesis(), verifier).config(), CLOCK);
  }

  /// Has a chain order a message, once it has a leader.
  static void order(Chain chain, String text) throws Exception {
    Envelope message = Envelope.newBuilder().setPayload(ByteString.copyFromUtf8(text)).build();
    BlockingQueue<Submission> outcome = new ArrayBlockingQueue<>(1);
    do {
      chain.order(message, 0, outcome::add);
    } while (!(outcome.poll(20, TimeUnit.SECONDS) instanceof Submission.Accepted));
  }
}
