package io.denim.chaincode;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Writes a gzipped tar whose bytes depend on nothing but names and contents: no times, one owner,
/// one mode (fabric v3.1.5 core/chaincode/platforms/util/writer.go). Used by one thread.
final class TarWriter {
  private static final int BLOCK = 512;
  private static final int OWNER = 500;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final OutputStream out;

  private TarWriter(int level) throws IOException {
    this.out = new FastGzip(bytes, level);
  }

  /// For what is worth compressing. It is unpacked once, so that is done fast rather than well.
  static TarWriter ofSources() throws IOException {
    return new TarWriter(Deflater.BEST_SPEED);
  }

  /// For what is compressed already.
  static TarWriter ofArchives() throws IOException {
    return new TarWriter(Deflater.NO_COMPRESSION);
  }

  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out, int level) throws IOException {
      super(out, 64 * 1024);
      def.setLevel(level);
    }
  }

  void file(String name, byte[] content) throws IOException {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > 100) {
      byte[] record = paxPath(name);
      header("PaxHeaders.0/long".getBytes(StandardCharsets.UTF_8), 'x', record.length);
      padded(record);
      byte[] shortened = new byte[100];
      System.arraycopy(utf8, 0, shortened, 0, shortened.length);
      utf8 = shortened;
    }
    header(utf8, '0', content.length);
    padded(content);
  }

  /// The whole archive.
  ByteString finish() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private void header(byte[] name, char type, int size) throws IOException {
    byte[] header = new byte[BLOCK];
    System.arraycopy(name, 0, header, 0, name.length);
    octal(header, 100, 8, 0100644);
    octal(header, 108, 8, OWNER);
    octal(header, 116, 8, OWNER);
    octal(header, 124, 12, size);
    octal(header, 136, 12, 0);
    header[156] = (byte) type;
    System.arraycopy("ustar\00000".getBytes(StandardCharsets.US_ASCII), 0, header, 257, 8);
    for (int i = 148; i < 156; i++) {
      header[i] = ' ';
    }
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    octal(header, 148, 7, sum);
    out.write(header);
  }

  private void padded(byte[] content) throws IOException {
    out.write(content);
    out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  /// A record that states its own length, `23 path=...` and a line's end.
  private static byte[] paxPath(String name) {
    String body = " path=" + name + "\n";
    int size = body.getBytes(StandardCharsets.UTF_8).length;
    int length = size + Integer.toString(size).length();
    if (Integer.toString(length).length() > Integer.toString(size).length()) {
      length++;
    }
    return (length + body).getBytes(StandardCharsets.UTF_8);
  }

  private static void octal(byte[] header, int offset, int length, long value) {
    String digits = Long.toOctalString(value);
    int padding = length - 1 - digits.length();
    for (int i = 0; i < length - 1; i++) {
      header[offset + i] = (byte) (i < padding ? '0' : digits.charAt(i - padding));
    }
  }
}
