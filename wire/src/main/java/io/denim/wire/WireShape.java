package io.denim.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which fields of a message are messages themselves: all that is needed to walk a message's bytes
/// down to its leaves and check tags, varints and lengths as Go's parser does. Immutable once
/// published.
final class WireShape {
  private static final int MAX_FIELD_NUMBER = (1 << 29) - 1;
  private static final Map<Descriptor, WireShape> KNOWN = new ConcurrentHashMap<>();

  private final Map<Integer, WireShape> messageFields;
  private final Set<Integer> textFields;

  private WireShape(Map<Integer, WireShape> messageFields, Set<Integer> textFields) {
    this.messageFields = messageFields;
    this.textFields = textFields;
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
    Set<Integer> texts = new HashSet<>();
    WireShape shape = new WireShape(fields, texts);
    made.put(type, shape);
    for (FieldDescriptor field : type.getFields()) {
      if (field.getType() == FieldDescriptor.Type.MESSAGE) {
        fields.put(field.getNumber(), make(field.getMessageType(), made));
      } else if (field.getType() == FieldDescriptor.Type.STRING) {
        texts.add(field.getNumber());
      }
    }
    return shape;
  }

  /// Walks a message.
  ///
  /// @return whether unknown groups are nested in it deeper than Java's parser should follow them;
  ///   {@link #withoutGroups} takes them out
  boolean check(ByteString bytes) throws InvalidProtocolBufferException {
    Walk walk = new Walk(bytes, false);
    try {
      walk.message(this, bytes.size(), 0);
    } catch (InvalidProtocolBufferException e) {
      new Walk(bytes, true).message(this, bytes.size(), 0); // text before it may be the first fault
      throw e;
    }
    return walk.deepGroups;
  }

  /// A checked message without its groups. No message of Fabric's declares one, so all that is lost
  /// are unknown fields.
  ByteString withoutGroups(ByteString checked) throws InvalidProtocolBufferException {
    ByteString.Output out = ByteString.newOutput(checked.size());
    Walk walk = new Walk(checked, false);
    while (walk.position < checked.size()) {
      int begin = walk.position;
      long tag = walk.varint(checked.size());
      WireShape inner = (tag & 7) == 2 ? field((int) (tag >>> 3)) : null;
      if (inner != null) {
        write(out, checked.substring(begin, walk.position));
        int end = walk.length(checked.size());
        ByteString content = inner.withoutGroups(checked.substring(walk.position, end));
        writeLength(out, content.size());
        write(out, content);
        walk.position = end;
      } else {
        walk.value((int) (tag & 7), (int) (tag >>> 3), checked.size());
        if ((tag & 7) != 3) {
          write(out, checked.substring(begin, walk.position));
        }
      }
    }
    return out.toByteString();
  }

  private static void write(ByteString.Output out, ByteString bytes) {
    try {
      bytes.writeTo(out);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot be written", e);
    }
  }

  private static void writeLength(ByteString.Output out, int length) {
    int rest = length;
    for (; rest >= 0x80; rest >>>= 7) {
      out.write((rest & 0x7f) | 0x80);
    }
    out.write(rest);
  }

  private @Nullable WireShape field(int number) {
    return messageFields.isEmpty() ? null : messageFields.get(number);
  }

  /// One pass over one message's bytes.
  private static final class Walk {
    private final ByteString bytes;
    private final boolean textsToo;
    private int position;
    private boolean deepGroups;

    /// @param textsToo whether texts must be UTF-8, which Java's parser checks otherwise
    Walk(ByteString bytes, boolean textsToo) {
      this.bytes = bytes;
      this.textsToo = textsToo;
    }

    void message(WireShape shape, int end, int depth) throws InvalidProtocolBufferException {
      if (depth > WireParser.MESSAGE_DEPTH) {
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
          int begin = position;
          value(type, number, end);
          if (textsToo && type == 2 && shape.textFields.contains(number)) {
            text(begin);
          }
        }
      }
    }

    private void text(int begin) throws InvalidProtocolBufferException {
      Walk value = new Walk(bytes.substring(begin, position), false);
      int end = value.length(value.bytes.size());
      if (!value.bytes.substring(value.position, end).isValidUtf8()) {
        throw new InvalidProtocolBufferException(WireParser.INVALID_TEXT);
      }
    }

    private void value(int type, int number, int end) throws InvalidProtocolBufferException {
      switch (type) {
        case 0 -> varint(end);
        case 1 -> skip(8, end);
        case 2 -> position = length(end);
        case 3 -> group(number, end);
        case 5 -> skip(4, end);
        default -> throw malformed("wire type " + type + " where a field should begin");
      }
    }

    /// Passes a group, and those in it without recursion: they may be nested deeper than a thread's
    /// stack.
    private void group(int number, int end) throws InvalidProtocolBufferException {
      int[] open = {number, 0, 0, 0};
      int depth = 1;
      while (depth > 0) {
        long tag = varint(end);
        int type = (int) (tag & 7);
        int inner = fieldNumber(tag);
        if (type == 4) {
          depth--;
          if (inner != open[depth]) {
            throw malformed("a group that ends as another one");
          }
        } else if (type == 3) {
          if (depth >= WireParser.GROUP_DEPTH) {
            throw malformed("nested too deeply");
          }
          open = depth < open.length ? open : Arrays.copyOf(open, 2 * depth);
          open[depth++] = inner;
          deepGroups |= depth > WireParser.PARSED_GROUP_DEPTH;
        } else {
          value(type, inner, end);
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
    int length(int end) throws InvalidProtocolBufferException {
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

    long varint(int end) throws InvalidProtocolBufferException {
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
      InvalidProtocolBufferException malformed =
          new InvalidProtocolBufferException(WireParser.MALFORMED);
      malformed.initCause(new ProtocolException(what + " at byte " + position));
      return malformed;
    }
  }
}
