package io.denim.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;

/// Parses a message where, and only where, a Fabric node's own parser would, so that both give the
/// same verdict on the same bytes. Java's parser is laxer than Go's in a few corners (it drops the
/// high bits of over-long tags and lengths, for one); the bytes' structure is therefore walked
/// first, without allocation. Fields that hold bytes are slices of the input, not copies.
/// Immutable.
///
/// Follows google.golang.org/protobuf as vendored by fabric v3.1.5 (internal/impl/decode.go,
/// encoding/protowire/wire.go).
public final class WireParser<T extends Message> {
  /// What a Go node says of bytes that are not the message they should be.
  static final String MALFORMED = "proto: cannot parse invalid wire-format data";

  static final String INVALID_TEXT = "string field contains invalid UTF-8";

  /// How deep messages may be nested: deeper than any of Fabric's is (a policy takes two levels for
  /// each "n of"), and less than a thread's stack holds, which Go's limit of 10,000 is not.
  static final int MESSAGE_DEPTH = 250;

  /// How deep unknown groups may be nested: as in Go, whose limit of 10,000 leaves one more out.
  static final int GROUP_DEPTH = 10_001;

  /// How deep unknown groups are left to Java's parser, which follows them by recursion; deeper
  /// ones are taken out before.
  static final int PARSED_GROUP_DEPTH = 50;

  private final Parser<T> parser;
  private final WireShape shape;

  private WireParser(Parser<T> parser, WireShape shape) {
    this.parser = parser;
    this.shape = shape;
  }

  /// A parser for messages of the prototype's type; made once and kept.
  @SuppressWarnings("unchecked") // a message's parser makes messages of its own type
  public static <T extends Message> WireParser<T> of(T prototype) {
    return new WireParser<>(
        (Parser<T>) prototype.getParserForType(), WireShape.of(prototype.getDescriptorForType()));
  }

  /// @throws InvalidProtocolBufferException where Go's parser fails as well, with its text; what is
  ///   wrong and where is in the cause
  public T parse(ByteString bytes) throws InvalidProtocolBufferException {
    ByteString followed = shape.check(bytes) ? shape.withoutGroups(bytes) : bytes;
    CodedInputStream input = followed.newCodedInput();
    input.enableAliasing(true);
    input.setRecursionLimit(MESSAGE_DEPTH + PARSED_GROUP_DEPTH);
    try {
      T message = parser.parseFrom(input);
      input.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      InvalidProtocolBufferException told = new InvalidProtocolBufferException(text(e));
      told.initCause(e);
      throw told;
    }
  }

  /// What a Go node says where Java's own parser failed.
  static String text(InvalidProtocolBufferException failure) {
    return String.valueOf(failure.getMessage()).contains("UTF-8") ? INVALID_TEXT : MALFORMED;
  }
}
