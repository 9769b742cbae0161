package io.denim.chaincode;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a tar archive from front to back: ustar, PAX paths and sizes, GNU long names, as Go's
/// archive/tar writes and reads them. Names come as they stand; whether a name is harmless is the
/// caller's business. Reads no more than its bound in all. Used by one thread.
final class TarReader {
  private static final int BLOCK = 512;
  private static final int MAX_HEADER_RECORD = 64 * 1024;

  private final InputStream input;
  private long allowance;
  private long contentLeft;
  private int padding;

  /// What an entry is; links, devices and the like are all `OTHER`.
  enum Kind {
    FILE,
    FOLDER,
    OTHER
  }

  record Entry(String name, Kind kind, int type, long size, int mode) {}

  /// @param most bytes that are read from the archive at all
  TarReader(InputStream input, long most) {
    this.input = input;
    this.allowance = most;
  }

  /// Goes on to the next entry, past what was not read of the present one.
  ///
  /// @throws IOException if the archive is malformed or exceeds its bound
  Optional<Entry> next() throws IOException {
    Map<String, String> extended = new HashMap<>();
    while (true) {
      skipContent();
      byte @Nullable [] header = header();
      if (header == null) {
        return Optional.empty();
      }
      long size = number(header, 124, 12);
      int type = header[156];
      if (type == 'x') {
        parsePax(metadata(size), extended);
      } else if (type == 'L') {
        extended.put("path", text(metadata(size), 0, (int) size));
      } else if (type == 'K') {
        metadata(size);
      } else {
        return Optional.of(entry(header, size, type, extended));
      }
    }
  }

  /// The present entry's content.
  ///
  /// @throws IOException if it is longer than the bound
  byte[] content(int most) throws IOException {
    if (contentLeft > most) {
      throw new IOException("entry of " + contentLeft + " bytes, at most " + most + " are taken");
    }
    byte[] bytes = exactly((int) contentLeft);
    contentLeft = 0;
    return bytes;
  }

  /// Copies the present entry's content.
  void copyTo(OutputStream output) throws IOException {
    byte[] buffer = new byte[32 * 1024];
    while (contentLeft > 0) {
      int read = input.read(buffer, 0, (int) Math.min(buffer.length, contentLeft));
      if (read < 0) {
        throw new EOFException("unexpected EOF");
      }
      spend(read);
      contentLeft -= read;
      output.write(buffer, 0, read);
    }
  }

  private Entry entry(byte[] header, long plainSize, int type, Map<String, String> extended)
      throws IOException {
    String name = text(header, 0, 100);
    if (text(header, 257, 5).equals("ustar") && header[345] != 0) {
      name = text(header, 345, 155) + "/" + name;
    }
    name = extended.getOrDefault("path", name);
    long size = plainSize;
    String longSize = extended.get("size");
    if (longSize != null) {
      try {
        size = Long.parseLong(longSize);
      } catch (NumberFormatException e) {
        throw new IOException("archive/tar: invalid tar header", e);
      }
    }
    if (size < 0) {
      throw new IOException("archive/tar: invalid tar header");
    }
    Kind kind =
        switch (type) {
          case 0 -> name.endsWith("/") ? Kind.FOLDER : Kind.FILE;
          case '0' -> Kind.FILE;
          case '5' -> Kind.FOLDER;
          default -> Kind.OTHER;
        };
    contentLeft = kind == Kind.FILE || type > '6' ? size : 0;
    padding = (int) ((BLOCK - contentLeft % BLOCK) % BLOCK);
    return new Entry(name, kind, type, size, (int) (number(header, 100, 8) & 0xFFFFFFFFL));
  }

  private byte @Nullable [] header() throws IOException {
    byte[] block = new byte[BLOCK];
    int read = input.readNBytes(block, 0, BLOCK);
    if (read == 0) {
      return null;
    }
    spend(read);
    if (read < BLOCK) {
      throw new EOFException("unexpected EOF");
    }
    boolean zero = true;
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      zero &= block[i] == 0;
      sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xFF;
    }
    if (zero) {
      return null;
    }
    if (number(block, 148, 8) != sum) {
      throw new IOException("archive/tar: invalid tar header");
    }
    return block;
  }

  /// A number in octal text, or binary where the first bit is set (GNU).
  private static long number(byte[] header, int offset, int length) throws IOException {
    if ((header[offset] & 0x80) != 0) {
      long value = header[offset] & 0x3F;
      for (int i = offset + 1; i < offset + length; i++) {
        if (value > Long.MAX_VALUE >> 9) {
          throw new IOException("archive/tar: invalid tar header");
        }
        value = (value << 8) | (header[i] & 0xFF);
      }
      return value;
    }
    String text = text(header, offset, length).strip();
    try {
      return text.isEmpty() ? 0 : Long.parseLong(text, 8);
    } catch (NumberFormatException e) {
      throw new IOException("archive/tar: invalid tar header", e);
    }
  }

  private static String text(byte[] bytes, int offset, int length) {
    int end = offset;
    while (end < offset + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, offset, end - offset, StandardCharsets.UTF_8);
  }

  private static void parsePax(byte[] records, Map<String, String> extended) throws IOException {
    int at = 0;
    while (at < records.length) {
      int space = at;
      while (space < records.length && records[space] != ' ') {
        space++;
      }
      int length = recordLength(records, at, space);
      if (at + (long) length > records.length || length < space - at + 3) {
        throw new IOException("archive/tar: invalid tar header");
      }
      String record =
          new String(records, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
      int equals = record.indexOf('=');
      if (equals <= 0) {
        throw new IOException("archive/tar: invalid tar header");
      }
      extended.put(record.substring(0, equals), record.substring(equals + 1));
      at += length;
    }
  }

  private static int recordLength(byte[] records, int at, int space) throws IOException {
    try {
      return Integer.parseInt(new String(records, at, space - at, StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      throw new IOException("archive/tar: invalid tar header", e);
    }
  }

  private byte[] metadata(long size) throws IOException {
    if (size < 0 || size > MAX_HEADER_RECORD) {
      throw new IOException("archive/tar: header field too long");
    }
    byte[] bytes = exactly((int) size);
    contentLeft = 0;
    padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
    return bytes;
  }

  private byte[] exactly(int size) throws IOException {
    spend(size);
    byte[] bytes = input.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException("unexpected EOF");
    }
    return bytes;
  }

  private void skipContent() throws IOException {
    long skip = contentLeft + padding;
    spend(skip);
    input.skipNBytes(skip);
    contentLeft = 0;
    padding = 0;
  }

  private void spend(long bytes) throws IOException {
    allowance -= bytes;
    if (allowance < 0) {
      throw new IOException("the archive unpacks to more than is taken");
    }
  }
}
