package io.denim.order.etcdraft;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.BlockVerifier;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.deliver.OrdererEndpoint;
import io.denim.identity.EnvelopeSigner;
import io.denim.wire.Blocks;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekNewest;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks other orderers for the number of their newest config block, which the newest block of each
/// names (fabric v3.1.5 orderer/common/cluster/util.go, PullLastConfigBlock). The answer is a hint:
/// whoever acts on it fetches and checks the blocks up to there. Immutable.
record NewestConfig(String channelId, TlsKeyPair keyPair, EnvelopeSigner signer) {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.common.cluster");
  private static final long PATIENCE_SECONDS = 5;
  private static final SeekPosition NEWEST =
      SeekPosition.newBuilder().setNewest(SeekNewest.getDefaultInstance()).build();

  /// The highest number that an orderer of the channel names in a block with a valid signature.
  OptionalLong find(ChannelConfig config) throws InterruptedException {
    long highest = -1;
    for (OrdererEndpoint endpoint : OrdererEndpoint.of(config)) {
      Optional<Block> newest = newest(endpoint);
      if (newest.isPresent()) {
        highest = Math.max(highest, configNumber(config, newest.get(), endpoint.address()));
      }
    }
    if (highest < 0) {
      LOG.error("Failed pulling the last config block: no orderer has one channel={}", channelId);
      return OptionalLong.empty();
    }
    LOG.info("Last config block was found to be block [{}] channel={}", highest, channelId);
    return OptionalLong.of(highest);
  }

  private long configNumber(ChannelConfig config, Block block, String address) {
    try {
      Optional<String> problem = BlockVerifier.of(config).problem(block);
      if (problem.isPresent()) {
        LOG.warn("[channel: {}] {} sent a bad block: {}", channelId, address, problem.get());
        return -1;
      }
      return ConfigBlocks.isConfigBlock(block)
          ? block.getHeader().getNumber()
          : Blocks.lastConfigNumber(block);
    } catch (ChannelConfigException | InvalidProtocolBufferException e) {
      LOG.warn("[channel: {}] {} sent a bad block: {}", channelId, address, e.getMessage());
      return -1;
    }
  }

  private Optional<Block> newest(OrdererEndpoint endpoint) throws InterruptedException {
    var tls = new ClientTls(endpoint.tlsRoots(), Optional.of(keyPair), Optional.empty());
    ManagedChannel channel;
    try {
      channel = GrpcClient.channel(endpoint.address(), Optional.of(tls));
    } catch (TlsConfigurationException e) {
      LOG.warn("[channel: {}] cannot reach {}: {}", channelId, endpoint.address(), e.getMessage());
      return Optional.empty();
    }
    try {
      var answer = new Answer();
      SeekInfo seek = SeekInfo.newBuilder().setStart(NEWEST).setStop(NEWEST).build();
      AtomicBroadcastGrpc.newStub(channel)
          .deliver(answer)
          .onNext(
              signer.envelope(
                  HeaderType.DELIVER_SEEK_INFO,
                  channelId,
                  seek.toByteString(),
                  keyPair.certificateHash()));
      List<Block> first = answer.blocks.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return first == null ? Optional.empty() : first.stream().findFirst();
    } finally {
      channel.shutdownNow();
    }
  }

  /// The first thing that an orderer says: a block, or none.
  private static final class Answer implements StreamObserver<DeliverResponse> {
    private final BlockingQueue<List<Block>> blocks = new ArrayBlockingQueue<>(1);

    @Override
    public void onNext(DeliverResponse response) {
      boolean block = response.getTypeCase() == DeliverResponse.TypeCase.BLOCK;
      tell(block ? List.of(response.getBlock()) : List.of());
    }

    @Override
    public void onError(Throwable error) {
      LOG.debug("no newest block: {}", error.getMessage());
      tell(List.of());
    }

    @Override
    public void onCompleted() {
      tell(List.of());
    }

    private void tell(List<Block> said) {
      if (!blocks.offer(said)) {
        LOG.trace("only the first answer counts");
      }
    }
  }
}
