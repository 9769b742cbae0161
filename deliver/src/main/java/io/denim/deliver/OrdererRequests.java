package io.denim.deliver;

import com.google.protobuf.ByteString;
import io.denim.identity.EnvelopeSigner;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import java.time.Duration;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekNewest;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.hyperledger.fabric.protos.orderer.SeekSpecified;

/// Asks orderers for a channel's blocks, in this node's name. Safe for use by any thread.
record OrdererRequests(
    String channelId,
    EnvelopeSigner signer,
    BlockFeed.Connection connection,
    Duration connectTimeout) {
  /// All blocks from one on.
  static SeekInfo blocksFrom(long number) {
    return seek(at(number), at(Long.MAX_VALUE)).build();
  }

  /// One block, if it is there.
  static SeekInfo block(long number) {
    return seek(at(number), at(number))
        .setBehavior(SeekInfo.SeekBehavior.FAIL_IF_NOT_READY)
        .build();
  }

  /// The headers and signatures of the newest block and all that follow.
  static SeekInfo headersFromNewest() {
    return seek(
            SeekPosition.newBuilder().setNewest(SeekNewest.getDefaultInstance()).build(),
            at(Long.MAX_VALUE))
        .setContentType(SeekInfo.SeekContentType.HEADER_WITH_SIG)
        .build();
  }

  private static SeekInfo.Builder seek(SeekPosition start, SeekPosition stop) {
    return SeekInfo.newBuilder()
        .setStart(start)
        .setStop(stop)
        .setBehavior(SeekInfo.SeekBehavior.BLOCK_UNTIL_READY);
  }

  private static SeekPosition at(long number) {
    return SeekPosition.newBuilder()
        .setSpecified(SeekSpecified.newBuilder().setNumber(number))
        .build();
  }

  /// @throws TlsConfigurationException if the certificates are not usable
  OrdererStream ask(OrdererEndpoint orderer, SeekInfo seek)
      throws TlsConfigurationException, InterruptedException {
    boolean tls = connection.tls();
    Optional<ClientTls> clientTls =
        tls
            ? Optional.of(new ClientTls(orderer.tlsRoots(), connection.keyPair(), Optional.empty()))
            : Optional.empty();
    ByteString hash =
        connection
            .keyPair()
            .filter(pair -> tls)
            .map(pair -> pair.certificateHash())
            .orElse(ByteString.EMPTY);
    return OrdererStream.open(
        GrpcClient.channel(orderer.address(), clientTls),
        signer.envelope(HeaderType.DELIVER_SEEK_INFO, channelId, seek.toByteString(), hash),
        connectTimeout);
  }
}
