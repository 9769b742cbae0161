package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockMetadata;

/// The form of a block inside a block file: number, data hash, previous hash, then the envelopes
/// and the metadata slots, each list with its count in front (fabric v3.1.5
/// common/ledger/blkstorage/block_serialization.go). It is no protobuf message, though numbers and
/// lengths are varints.
final class BlockFormat {
  private BlockFormat() {}

  /// A block with the length of its serialized form in front, as it is appended to a file.
  static byte[] frame(Block block) {
    int length = length(block);
    byte[] bytes = new byte[CodedOutputStream.computeUInt32SizeNoTag(length) + length];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeUInt32NoTag(length);
      out.writeUInt64NoTag(block.getHeader().getNumber());
      out.writeBytesNoTag(block.getHeader().getDataHash());
      out.writeBytesNoTag(block.getHeader().getPreviousHash());
      writeAll(out, block.getData().getDataList());
      writeAll(out, block.getMetadata().getMetadataList());
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new IllegalStateException("an array of computed size was too small", e);
    }
    return bytes;
  }

  /// @param bytes a serialized block without its length; kept, not copied
  /// @throws IOException if the bytes are no block
  static Block parse(byte[] bytes) throws IOException {
    ByteString all = UnsafeByteOperations.unsafeWrap(bytes);
    CodedInputStream in = all.newCodedInput();
    in.enableAliasing(true);
    BlockHeader.Builder header = BlockHeader.newBuilder().setNumber(in.readUInt64());
    header.setDataHash(in.readBytes());
    header.setPreviousHash(in.readBytes());
    BlockData.Builder data = BlockData.newBuilder();
    for (long i = count(in, bytes.length); i > 0; i--) {
      data.addData(in.readBytes());
    }
    BlockMetadata.Builder metadata = BlockMetadata.newBuilder();
    for (long i = count(in, bytes.length); i > 0; i--) {
      metadata.addMetadata(in.readBytes());
    }
    if (!in.isAtEnd()) {
      throw new IOException("bytes follow the block's metadata");
    }
    return Block.newBuilder().setHeader(header).setData(data).setMetadata(metadata).build();
  }

  private static long count(CodedInputStream in, int most) throws IOException {
    long count = in.readUInt64();
    if (Long.compareUnsigned(count, most) > 0) {
      throw new IOException("a list says that it has more items than the block has bytes");
    }
    return count;
  }

  private static int length(Block block) {
    BlockHeader header = block.getHeader();
    long length =
        CodedOutputStream.computeUInt64SizeNoTag(header.getNumber())
            + CodedOutputStream.computeBytesSizeNoTag(header.getDataHash())
            + CodedOutputStream.computeBytesSizeNoTag(header.getPreviousHash())
            + listLength(block.getData().getDataList())
            + listLength(block.getMetadata().getMetadataList());
    return Math.toIntExact(length);
  }

  private static long listLength(List<ByteString> items) {
    long length = CodedOutputStream.computeUInt32SizeNoTag(items.size());
    for (ByteString item : items) {
      length += CodedOutputStream.computeBytesSizeNoTag(item);
    }
    return length;
  }

  private static void writeAll(CodedOutputStream out, List<ByteString> items) throws IOException {
    out.writeUInt32NoTag(items.size());
    for (ByteString item : items) {
      out.writeBytesNoTag(item);
    }
  }
}
