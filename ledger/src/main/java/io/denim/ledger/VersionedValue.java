package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A value of the world state, or of an update to it.
///
/// @param value absent in an update that deletes the key
/// @param metadata a serialized `KVMetadataWrite` without key; empty where the key has none
record VersionedValue(@Nullable ByteString value, ByteString metadata, Height version) {
  static VersionedValue deletion(Height version) {
    return new VersionedValue(null, ByteString.EMPTY, version);
  }

  boolean isDeletion() {
    return value == null;
  }

  /// The value of a key that exists.
  ByteString present() {
    if (value == null) {
      throw new IllegalStateException("a deletion has no value");
    }
    return value;
  }

  /// The form in which the state database keeps a value: block, transaction, length of the
  /// metadata, metadata, value.
  byte[] encode() {
    ByteString content = present();
    int length =
        CodedOutputStream.computeUInt64SizeNoTag(version.block())
            + CodedOutputStream.computeUInt64SizeNoTag(version.tx())
            + CodedOutputStream.computeUInt32SizeNoTag(metadata.size())
            + metadata.size()
            + content.size();
    byte[] bytes = new byte[length];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeUInt64NoTag(version.block());
      out.writeUInt64NoTag(version.tx());
      out.writeUInt32NoTag(metadata.size());
      int at = out.getTotalBytesWritten();
      metadata.copyTo(bytes, at);
      content.copyTo(bytes, at + metadata.size());
    } catch (IOException e) {
      throw new IllegalStateException("an array of computed size was too small", e);
    }
    return bytes;
  }

  /// @param bytes what {@link #encode} made; kept, not copied
  static VersionedValue decode(byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      Height version = new Height(in.readUInt64(), in.readUInt64());
      int metadataLength = in.readUInt32();
      int at = in.getTotalBytesRead();
      ByteString all = UnsafeByteOperations.unsafeWrap(bytes);
      return new VersionedValue(
          all.substring(at + metadataLength), all.substring(at, at + metadataLength), version);
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new LedgerException("the state database holds a value that cannot be read", e);
    }
  }
}
