package io.denim.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockMetadata;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.LastConfig;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.OrdererBlockMetadata;

/// What every room asks of a block: its metadata slots, and blocks made well-formed (fabric v3.1.5
/// protoutil/blockutils.go).
public final class Blocks {
  /// The slots of a block's metadata: signatures, last config, transactions filter, orderer, commit
  /// hash.
  public static final int METADATA_SLOTS = 5;

  private Blocks() {}

  /// A block over these envelopes, with its data hash and empty metadata slots.
  public static Block of(long number, ByteString previousHash, Iterable<ByteString> envelopes) {
    BlockData data = BlockData.newBuilder().addAllData(envelopes).build();
    return Block.newBuilder()
        .setHeader(
            BlockHeader.newBuilder()
                .setNumber(number)
                .setPreviousHash(previousHash)
                .setDataHash(BlockHash.ofData(data)))
        .setData(data)
        .setMetadata(emptyMetadata())
        .build();
  }

  /// A metadata slot's bytes; empty where the block has no such slot.
  public static ByteString slot(Block block, BlockMetadataIndex index) {
    BlockMetadata metadata = block.getMetadata();
    int slot = index.getNumber();
    return slot < metadata.getMetadataCount() ? metadata.getMetadata(slot) : ByteString.EMPTY;
  }

  /// The block with one metadata slot replaced; missing slots are added empty.
  public static Block withSlot(Block block, BlockMetadataIndex index, ByteString value) {
    BlockMetadata.Builder metadata = block.getMetadata().toBuilder();
    while (metadata.getMetadataCount() < METADATA_SLOTS) {
      metadata.addMetadata(ByteString.EMPTY);
    }
    metadata.setMetadata(index.getNumber(), value);
    return block.toBuilder().setMetadata(metadata).build();
  }

  /// What the orderer signed beside the header: last config block and its consenter's own metadata.
  ///
  /// @throws InvalidProtocolBufferException if a layer does not parse
  public static OrdererBlockMetadata ordererMetadata(Block block)
      throws InvalidProtocolBufferException {
    Metadata signatures = Metadata.parseFrom(slot(block, BlockMetadataIndex.SIGNATURES));
    return OrdererBlockMetadata.parseFrom(signatures.getValue());
  }

  /// The number of the config block in force at this block. Blocks of Fabric before 1.4.1 carry it
  /// in a slot of its own, which is read where the signed one is empty.
  ///
  /// @throws InvalidProtocolBufferException if a layer does not parse
  @SuppressWarnings("deprecation") // the old slot is still read
  public static long lastConfigNumber(Block block) throws InvalidProtocolBufferException {
    Metadata signatures = Metadata.parseFrom(slot(block, BlockMetadataIndex.SIGNATURES));
    if (signatures.getValue().isEmpty()) {
      Metadata last = Metadata.parseFrom(slot(block, BlockMetadataIndex.LAST_CONFIG));
      return LastConfig.parseFrom(last.getValue()).getIndex();
    }
    return OrdererBlockMetadata.parseFrom(signatures.getValue()).getLastConfig().getIndex();
  }

  private static BlockMetadata emptyMetadata() {
    BlockMetadata.Builder metadata = BlockMetadata.newBuilder();
    for (int i = 0; i < METADATA_SLOTS; i++) {
      metadata.addMetadata(ByteString.EMPTY);
    }
    return metadata.build();
  }
}
