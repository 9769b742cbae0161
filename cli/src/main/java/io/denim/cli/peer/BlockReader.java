package io.denim.cli.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import java.time.Duration;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.LastConfig;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.OrdererBlockMetadata;
import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekNewest;
import org.hyperledger.fabric.protos.orderer.SeekOldest;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.hyperledger.fabric.protos.orderer.SeekSpecified;

/// Fetches single blocks of a channel (fabric v3.1.5 internal/peer/common/deliverclient.go).
///
/// @param fromPeer whether the node is a peer
record BlockReader(
    NodeClient node, boolean fromPeer, PeerEnvironment environment, String channelId) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String REFUSAL = "can't read the block: &"; // and a status in braces

  /// @param target `oldest`, `newest`, `config` or a number
  /// @throws ClientException if the node gives no such block
  Block fetch(String target) throws ClientException, InterruptedException {
    Block block =
        switch (target) {
          case "oldest" ->
              at(SeekPosition.newBuilder().setOldest(SeekOldest.getDefaultInstance()).build());
          case "newest" -> newest();
          case "config" -> {
            Block last = newest();
            received(last);
            long number = lastConfig(last);
            environment
                .log()
                .info("channelCmd", "fetch", "Retrieving last config block: " + number);
            yield numbered(number);
          }
          default -> numbered(Long.parseLong(target));
        };
    received(block);
    return block;
  }

  private void received(Block block) {
    environment
        .log()
        .info("cli.common", "readBlock", "Received block: " + block.getHeader().getNumber());
  }

  private Block newest() throws ClientException, InterruptedException {
    return at(SeekPosition.newBuilder().setNewest(SeekNewest.getDefaultInstance()).build());
  }

  private Block numbered(long number) throws ClientException, InterruptedException {
    return at(
        SeekPosition.newBuilder()
            .setSpecified(SeekSpecified.newBuilder().setNumber(number))
            .build());
  }

  private Block at(SeekPosition position) throws ClientException, InterruptedException {
    SeekInfo seek =
        SeekInfo.newBuilder()
            .setStart(position)
            .setStop(position)
            .setBehavior(SeekInfo.SeekBehavior.BLOCK_UNTIL_READY)
            .build();
    try {
      return node.block(
          environment
              .signer()
              .envelope(
                  HeaderType.DELIVER_SEEK_INFO,
                  channelId,
                  seek.toByteString(),
                  node.tlsCertificateHash()),
          fromPeer,
          PATIENCE);
    } catch (ClientException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith(REFUSAL)) {
        String status = message.substring(REFUSAL.length());
        environment
            .log()
            .info("cli.common", "readBlock", "Expect block, but got status: &" + status);
      }
      throw e;
    }
  }

  private static long lastConfig(Block block) throws ClientException {
    try {
      Metadata metadata =
          Metadata.parseFrom(
              block.getMetadata().getMetadata(BlockMetadataIndex.SIGNATURES.getNumber()));
      LastConfig last = OrdererBlockMetadata.parseFrom(metadata.getValue()).getLastConfig();
      return last.getIndex();
    } catch (InvalidProtocolBufferException | IndexOutOfBoundsException e) {
      throw new ClientException(
          "the newest block does not tell the last config block: " + e.getMessage(), e);
    }
  }
}
