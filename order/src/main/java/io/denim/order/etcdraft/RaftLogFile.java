package io.denim.order.etcdraft;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import io.denim.consensus.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The records of a Raft log's file, each a length, a checksum, a kind and a message. Later records
/// override earlier ones: an entry replaces those from its index on.
///
/// What a power cut tore is at the end, was never acknowledged and is cut off. A record that is
/// damaged before sound ones is something else: behind it may be votes that were given and entries
/// that were acknowledged, and a node that forgets them can make the channel fork, so that it
/// refuses to start. Used by one thread.
final class RaftLogFile {
  static final byte SNAPSHOT = 1;
  static final byte ENTRY = 2;
  static final byte HARD_STATE = 3;

  private static final Logger LOG = LoggerFactory.getLogger(RaftStore.class);
  private static final int HEADER_BYTES = 9;
  private static final int MAX_RECORD_BYTES = 1 << 30;
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path path;
  private final FileChannel file;
  private final long size;
  private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
  private final List<Entry> entries = new ArrayList<>();
  private Optional<Snapshot> snapshot = Optional.empty();
  private HardState hardState = HardState.EMPTY;

  private RaftLogFile(Path path, FileChannel file) throws IOException {
    this.path = path;
    this.file = file;
    this.size = file.size();
  }

  /// What a file holds; what is torn at its end is cut off, and the next write goes behind the
  /// rest.
  ///
  /// @throws IOException if it cannot be read, or is damaged before its end; the message says where
  static RaftStorage.Stored read(Path path, FileChannel file) throws IOException {
    return new RaftLogFile(path, file).read();
  }

  /// Adds a record's header and its message to what is to be written.
  static void add(List<ByteBuffer> records, byte kind, MessageLite message) {
    byte[] payload = message.toByteArray();
    CRC32C checksum = new CRC32C();
    checksum.update(kind);
    checksum.update(payload);
    records.add(
        ByteBuffer.allocate(HEADER_BYTES)
            .putInt(payload.length)
            .putInt((int) checksum.getValue())
            .put(kind)
            .flip());
    records.add(ByteBuffer.wrap(payload));
  }

  /// Writes all of them where the file's position is.
  static void write(FileChannel file, List<ByteBuffer> records) throws IOException {
    ByteBuffer[] buffers = records.toArray(ByteBuffer[]::new);
    int first = 0;
    while (first < buffers.length) {
      file.write(buffers, first, buffers.length - first);
      while (first < buffers.length && !buffers[first].hasRemaining()) {
        first++;
      }
    }
  }

  private RaftStorage.Stored read() throws IOException {
    long position = 0;
    while (position < size) {
      Optional<ByteBuffer> payload = record(position);
      if (payload.isEmpty()) {
        cutOff(position);
        break;
      }
      byte kind = header.get(HEADER_BYTES - 1);
      long end = position + HEADER_BYTES + payload.get().remaining();
      try {
        take(kind, payload.get());
      } catch (InvalidProtocolBufferException e) {
        throw new IOException(path + " has an unreadable record at byte " + position, e);
      }
      position = end;
    }
    file.position(position);
    return new RaftStorage.Stored(position == 0, snapshot, hardState, entries);
  }

  private void take(byte kind, ByteBuffer payload) throws IOException {
    switch (kind) {
      case SNAPSHOT ->
          snapshot =
              Optional.of(RaftCodec.snapshot(io.denim.wire.raft.Snapshot.parseFrom(payload)));
      case HARD_STATE ->
          hardState = RaftCodec.hardState(io.denim.wire.raft.HardState.parseFrom(payload));
      case ENTRY -> {
        Entry entry = RaftCodec.entry(io.denim.wire.raft.Entry.parseFrom(payload));
        while (!entries.isEmpty() && entries.getLast().index() >= entry.index()) {
          entries.removeLast();
        }
        entries.add(entry);
      }
      default -> throw new IOException(path + " has a record of unknown kind " + kind);
    }
  }

  private void cutOff(long position) throws IOException {
    Optional<Long> sound = soundBehind(position);
    if (sound.isPresent()) {
      throw new IOException(
          path
              + " is damaged at byte "
              + position
              + ", before records that are whole (at byte "
              + sound.get()
              + "): what this node has voted for and acknowledged is not known any more. Put back"
              + " the file as it was; if that cannot be done, remove this orderer from the"
              + " channel's consenters, and add it again with other TLS certificates");
    }
    LOG.warn("{}: cutting off {} torn bytes at the end", path, size - position);
    file.truncate(position);
    file.force(true);
  }

  /// Where a sound record lies behind one that is none: behind its length, or, where that is wrong
  /// itself, behind its true one.
  private Optional<Long> soundBehind(long position) throws IOException {
    for (long at = position; isThere(at); ) {
      long next = at + HEADER_BYTES + header.getInt(0);
      if (next < size && record(next).isPresent()) {
        return Optional.of(next);
      }
      at = next;
    }
    return soundBehindTrueLength(position);
  }

  /// Whether a whole record, sound or not, lies at a position. Leaves its header.
  private boolean isThere(long position) throws IOException {
    if (!fill(header.clear(), position)) {
      return false;
    }
    int length = header.getInt(0);
    return length >= 0 && length <= MAX_RECORD_BYTES && position + HEADER_BYTES + length <= size;
  }

  private Optional<Long> soundBehindTrueLength(long position) throws IOException {
    if (!fill(header.clear(), position)) {
      return Optional.empty();
    }
    int expected = header.getInt(4);
    CRC32C checksum = new CRC32C();
    checksum.update(header.get(HEADER_BYTES - 1));
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    for (long start = position + HEADER_BYTES; start < size; start += chunk.limit()) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, size - start));
      if (!fill(chunk, start)) {
        return Optional.empty();
      }
      for (int i = 0; i < chunk.limit(); i++) {
        checksum.update(chunk.get(i));
        long next = start + i + 1;
        if ((int) checksum.getValue() == expected && next < size && record(next).isPresent()) {
          return Optional.of(next);
        }
      }
    }
    return Optional.empty();
  }

  /// The payload of the record at a position; empty if there is no sound one. Leaves its header.
  private Optional<ByteBuffer> record(long position) throws IOException {
    if (!isThere(position)) {
      return Optional.empty();
    }
    ByteBuffer payload = ByteBuffer.allocate(header.getInt(0));
    if (!fill(payload, position + HEADER_BYTES)) {
      return Optional.empty();
    }
    CRC32C checksum = new CRC32C();
    checksum.update(header.get(HEADER_BYTES - 1));
    checksum.update(payload.flip());
    return (int) checksum.getValue() == header.getInt(4)
        ? Optional.of(payload.flip())
        : Optional.empty();
  }

  private boolean fill(ByteBuffer buffer, long position) throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int read = file.read(buffer, at);
      if (read < 0) {
        return false;
      }
      at += read;
    }
    return true;
  }
}
