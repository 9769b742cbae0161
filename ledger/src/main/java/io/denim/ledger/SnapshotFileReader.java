package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads a file of a snapshot (fabric v3.1.5 common/ledger/snapshot/file.go). Used by one thread.
final class SnapshotFileReader implements AutoCloseable {
  private static final int FORMAT = 1;

  private final InputStream file;
  private final CodedInputStream in;

  SnapshotFileReader(Path path) throws IOException {
    this.file = new BufferedInputStream(Files.newInputStream(path));
    this.in = CodedInputStream.newInstance(file);
    in.setSizeLimit(Integer.MAX_VALUE);
    if (in.readRawByte() != FORMAT) {
      file.close();
      throw new IOException("unexpected data format in " + path);
    }
  }

  long number() throws IOException {
    in.resetSizeCounter();
    return in.readUInt64();
  }

  ByteString bytes() throws IOException {
    in.resetSizeCounter();
    return in.readBytes();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
