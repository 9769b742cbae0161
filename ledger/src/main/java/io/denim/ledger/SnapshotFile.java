package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.denim.wire.Sha256;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.util.HexFormat;

/// A file of a snapshot while it is written: a format byte, then numbers and strings of bytes, all
/// of it hashed (fabric v3.1.5 common/ledger/snapshot/file.go). Used by one thread.
final class SnapshotFile implements AutoCloseable {
  private static final int FORMAT = 1;

  private final Path path;
  private final FileOutputStream file;
  private final DigestOutputStream digest;
  private final CodedOutputStream out;

  SnapshotFile(Path path) throws IOException {
    this.path = path;
    Files.createFile(path);
    this.file = new FileOutputStream(path.toFile());
    this.digest = new DigestOutputStream(new BufferedOutputStream(file), Sha256.digest());
    this.out = CodedOutputStream.newInstance(digest);
    out.writeRawByte(FORMAT);
  }

  void number(long number) throws IOException {
    out.writeUInt64NoTag(number);
  }

  void bytes(ByteString bytes) throws IOException {
    out.writeBytesNoTag(bytes);
  }

  /// Ends the file, which is then on disk and read-only.
  ///
  /// @return the hash of its content in hexadecimal
  String finish() throws IOException {
    out.flush();
    digest.flush();
    file.getFD().sync();
    file.close();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
    return HexFormat.of().formatHex(digest.getMessageDigest().digest());
  }

  /// Gives the file up, unless it is finished.
  @Override
  public void close() throws IOException {
    file.close();
  }
}
