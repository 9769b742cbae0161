package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.identity.EnvelopeSigner;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.LastConfig;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.MetadataSignature;
import org.hyperledger.fabric.protos.common.OrdererBlockMetadata;

/// Puts an orderer's signature and its metadata into blocks (fabric v3.1.5
/// orderer/common/multichannel/blockwriter.go). Safe for use by any thread.
public final class BlockSigner {
  private final EnvelopeSigner signer;

  public BlockSigner(EnvelopeSigner signer) {
    this.signer = signer;
  }

  /// The block with the signature slots filled.
  ///
  /// @param lastConfig the number of the config block in force, this block included
  /// @param consenterMetadata what the consenter keeps beside the signature
  public Block sign(Block block, long lastConfig, ByteString consenterMetadata) {
    LastConfig last = LastConfig.newBuilder().setIndex(lastConfig).build();
    ByteString value =
        OrdererBlockMetadata.newBuilder()
            .setLastConfig(last)
            .setConsenterMetadata(
                Metadata.newBuilder().setValue(consenterMetadata).build().toByteString())
            .build()
            .toByteString();
    ByteString header = signer.signatureHeader().toByteString();
    ByteString signature =
        signer
            .identity()
            .sign(value.concat(header).concat(BlockHash.headerBytes(block.getHeader())));
    Metadata signed =
        Metadata.newBuilder()
            .setValue(value)
            .addSignatures(
                MetadataSignature.newBuilder().setSignatureHeader(header).setSignature(signature))
            .build();
    Block withLast =
        Blocks.withSlot(
            block,
            LAST_CONFIG,
            Metadata.newBuilder().setValue(last.toByteString()).build().toByteString());
    return Blocks.withSlot(withLast, BlockMetadataIndex.SIGNATURES, signed.toByteString());
  }

  @SuppressWarnings("deprecation") // Fabric's orderers still fill the old slot
  private static final BlockMetadataIndex LAST_CONFIG = BlockMetadataIndex.LAST_CONFIG;
}
