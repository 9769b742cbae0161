package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Builds keys of several parts whose order is the order of the parts: numbers as eight bytes, most
/// significant first, texts ended by a zero byte (which names of namespaces and collections do not
/// contain), bytes as they are.
final class DatabaseKey {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);

  DatabaseKey number(long number) {
    bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    return this;
  }

  DatabaseKey text(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    bytes.write(0);
    return this;
  }

  DatabaseKey collection(CollectionName name) {
    return text(name.namespace()).text(name.collection());
  }

  DatabaseKey bytes(ByteString more) {
    bytes.writeBytes(more.toByteArray());
    return this;
  }

  byte[] build() {
    return bytes.toByteArray();
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /// Takes keys apart again.
  static final class Parts {
    private final ByteBuffer rest;

    Parts(byte[] key) {
      this.rest = ByteBuffer.wrap(key);
    }

    long number() {
      return rest.getLong();
    }

    String text() {
      int start = rest.position();
      while (rest.get() != 0) {
        // on to the zero byte
      }
      return new String(rest.array(), start, rest.position() - start - 1, StandardCharsets.UTF_8);
    }

    CollectionName collection() {
      return new CollectionName(text(), text());
    }

    ByteString bytes(int length) {
      byte[] part = new byte[length];
      rest.get(part);
      return ByteString.copyFrom(part);
    }

    ByteString rest() {
      return bytes(rest.remaining());
    }
  }
}
