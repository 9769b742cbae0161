package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// Text armour around DER as Go reads and writes it: text before and after a block is passed over,
/// a block may carry headers, a block that is not in order is skipped. Stateless.
///
/// Follows Go's encoding/pem.
final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "\n-----END ";
  private static final String DASHES = "-----";

  /// A block.
  ///
  /// @param type such as `CERTIFICATE`
  /// @param content what the text stands for
  /// @param rest the length of the text after the block
  record Block(String type, ByteString content, int rest) {}

  private final String text;

  private Pem(String text) {
    this.text = text;
  }

  /// The first block.
  static Optional<Block> decode(ByteString text) {
    Pem pem = new Pem(text.toString(StandardCharsets.ISO_8859_1));
    int from = 0;
    while (true) {
      int end = pem.text.indexOf(END, from);
      if (end < 0) {
        return Optional.empty();
      }
      Optional<Block> block = pem.block(from, end);
      if (block.isPresent()) {
        return block;
      }
      from = end + END.length();
    }
  }

  static ByteString encode(String type, ByteString content) {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content.toByteArray());
    String lines = body.isEmpty() ? "" : body + "\n";
    return ByteString.copyFromUtf8(
        BEGIN + type + DASHES + "\n" + lines + "-----END " + type + DASHES + "\n");
  }

  /// The block whose end line is at `end` and which begins after `from`.
  private Optional<Block> block(int from, int end) {
    int begin = text.lastIndexOf(BEGIN, end - BEGIN.length());
    if (begin < from || (begin > from && text.charAt(begin - 1) != '\n')) {
      return Optional.empty();
    }
    int line = begin + BEGIN.length();
    String typeLine = line(line);
    if (!typeLine.endsWith(DASHES)) {
      return Optional.empty();
    }
    String type = typeLine.substring(0, typeLine.length() - DASHES.length());
    int body = afterLine(line);
    boolean headers = false;
    while (body < text.length() && line(body).indexOf(':') >= 0) {
      headers = true;
      body = afterLine(body);
    }
    if (body >= text.length() || (headers && body > end)) {
      return Optional.empty();
    }
    int trailer = end + END.length();
    if (!text.startsWith(type + DASHES, trailer)) {
      return Optional.empty();
    }
    int afterTrailer = trailer + type.length() + DASHES.length();
    if (!line(afterTrailer).isEmpty()) {
      return Optional.empty();
    }
    return base64(body < end ? text.substring(body, end) : "")
        .map(content -> new Block(type, content, text.length() - afterLine(afterTrailer)));
  }

  /// The line that starts here, without its end and the white space before that.
  private String line(int start) {
    int newline = text.indexOf('\n', start);
    int stop = newline < 0 ? text.length() : newline;
    if (newline > start && text.charAt(newline - 1) == '\r') {
      stop--;
    }
    while (stop > start && (text.charAt(stop - 1) == ' ' || text.charAt(stop - 1) == '\t')) {
      stop--;
    }
    return text.substring(start, stop);
  }

  private int afterLine(int start) {
    int newline = text.indexOf('\n', start);
    return newline < 0 ? text.length() : newline + 1;
  }

  private static Optional<ByteString> base64(String body) {
    StringBuilder digits = new StringBuilder(body.length());
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
        digits.append(c);
      }
    }
    if (digits.length() % 4 != 0) {
      return Optional.empty(); // Go demands the padding, Java would do without
    }
    try {
      return Optional.of(
          UnsafeByteOperations.unsafeWrap(Base64.getDecoder().decode(digits.toString())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
