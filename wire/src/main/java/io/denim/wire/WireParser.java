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
  /// Deeper nesting than any Fabric message needs, and less than a thread's stack holds.
  static final int RECURSION_LIMIT = 1_000;

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

  /// @throws InvalidProtocolBufferException where Go's parser fails as well
  public T parse(ByteString bytes) throws InvalidProtocolBufferException {
    shape.check(bytes);
    CodedInputStream input = bytes.newCodedInput();
    input.enableAliasing(true);
    input.setRecursionLimit(RECURSION_LIMIT);
    T message = parser.parseFrom(input);
    input.checkLastTagWas(0);
    return message;
  }
}
