package io.denim.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which fields of a message are messages themselves: all that is needed to walk a message's bytes
/// down to its leaves and check tags, varints and lengths as Go's parser does. Immutable once
/// published.
final class WireShape {
  private static final int MAX_FIELD_NUMBER = (1 << 29) - 1;
  private static final Map<Descriptor, WireShape> KNOWN = new ConcurrentHashMap<>();

  private final Map<Integer, WireShape> messageFields;

  private WireShape(Map<Integer, WireShape> messageFields) {
    this.messageFields = messageFields;
  }

  static WireShape of(Descriptor type) {
    WireShape known = KNOWN.get(type);
    if (known != null) {
      return known;
    }
    Map<Descriptor, WireShape> made = new HashMap<>();
    WireShape shape = make(type, made);
    KNOWN.putAll(made);
    return shape;
  }

  private static WireShape make(Descriptor type, Map<Descriptor, WireShape> made) {
    WireShape begun = made.get(type);
    if (begun != null) {
      return begun;
    }
    Map<Integer, WireShape> fields = new HashMap<>();
    WireShape shape = new WireShape(fields);
    made.put(type, shape);
    for (FieldDescriptor field : type.getFields()) {
      if (field.getType() == FieldDescriptor.Type.MESSAGE) {
        fields.put(field.getNumber(), make(field.getMessageType(), made));
      }
    }
    return shape;
  }

  void check(ByteString bytes) throws InvalidProtocolBufferException {
    new Walk(bytes).message(this, bytes.size(), 0);
  }

  private @Nullable WireShape field(int number) {
    return messageFields.isEmpty() ? null : messageFields.get(number);
  }

  /// One pass over one message's bytes.
  private static final class Walk {
    private final ByteString bytes;
    private int position;

    Walk(ByteString bytes) {
      this.bytes = bytes;
    }

    void message(WireShape shape, int end, int depth) throws InvalidProtocolBufferException {
      if (depth > WireParser.RECURSION_LIMIT) {
        throw malformed("nested too deeply");
      }
      while (position < end) {
        long tag = varint(end);
        int type = (int) (tag & 7);
        int number = fieldNumber(tag);
        WireShape inner = type == 2 ? shape.field(number) : null;
        if (inner != null) {
          message(inner, length(end), depth + 1);
        } else {
          value(type, number, end, depth);
        }
      }
    }

    private void value(int type, int number, int end, int depth)
        throws InvalidProtocolBufferException {
      switch (type) {
        case 0 -> varint(end);
        case 1 -> skip(8, end);
        case 2 -> position = length(end);
        case 3 -> group(number, end, depth + 1);
        case 5 -> skip(4, end);
        default -> throw malformed("wire type " + type + " where a field should begin");
      }
    }

    private void group(int number, int end, int depth) throws InvalidProtocolBufferException {
      if (depth > WireParser.RECURSION_LIMIT) {
        throw malformed("nested too deeply");
      }
      while (true) {
        long tag = varint(end);
        int inner = fieldNumber(tag);
        if ((tag & 7) != 4) {
          value((int) (tag & 7), inner, end, depth);
        } else if (inner == number) {
          return;
        } else {
          throw malformed("a group that ends as another one");
        }
      }
    }

    private int fieldNumber(long tag) throws InvalidProtocolBufferException {
      long number = tag >>> 3;
      if (number < 1 || number > MAX_FIELD_NUMBER) {
        throw malformed("field number " + Long.toUnsignedString(number));
      }
      return (int) number;
    }

    /// Reads a length and answers where the value ends.
    private int length(int end) throws InvalidProtocolBufferException {
      long length = varint(end);
      if (length < 0 || length > end - position) {
        throw malformed("a length of " + Long.toUnsignedString(length) + " past the end");
      }
      return position + (int) length;
    }

    private void skip(int count, int end) throws InvalidProtocolBufferException {
      if (count > end - position) {
        throw malformed("unexpected end");
      }
      position += count;
    }

    private long varint(int end) throws InvalidProtocolBufferException {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (position >= end) {
          throw malformed("unexpected end");
        }
        byte b = bytes.byteAt(position++);
        if (shift == 63 && (b & 0xfe) != 0) {
          break;
        }
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw malformed("a variable-length integer of more than 64 bits");
    }

    private InvalidProtocolBufferException malformed(String what) {
      return new InvalidProtocolBufferException(
          "malformed message: " + what + " at byte " + position);
    }
  }
}
