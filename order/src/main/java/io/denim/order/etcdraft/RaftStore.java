package io.denim.order.etcdraft;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import io.denim.consensus.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a Raft node must not forget, in one file: records of a snapshot, entries and hard states,
/// each with its length and checksum, appended and synced. Later records override earlier ones: an
/// entry replaces those from its index on. A torn record at the end is cut off; it was never
/// acknowledged. Compaction writes a new file beside the old one and renames it over. Owned by the
/// chain's thread.
final class RaftStore implements RaftStorage {
  private static final Logger LOG = LoggerFactory.getLogger(RaftStore.class);
  private static final int HEADER_BYTES = 9; // length, checksum, kind
  private static final int MAX_RECORD_BYTES = 1 << 30;
  private static final byte SNAPSHOT = 1;
  private static final byte ENTRY = 2;
  private static final byte HARD_STATE = 3;

  private final Path folder;
  private FileChannel file;
  private final Stored stored;

  private RaftStore(Path folder, FileChannel file, Stored stored) {
    this.folder = folder;
    this.file = file;
    this.stored = stored;
  }

  /// Opens a channel's store, creating it if need be.
  ///
  /// @param folder the channel's own
  /// @throws UncheckedIOException if it cannot be read or written; the message names it
  static RaftStore open(Path folder) {
    Path path = folder.resolve("log");
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(folder.resolve("log.new"));
      FileChannel file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        return new RaftStore(folder, file, read(path, file));
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the Raft log " + path + ": " + e, e);
    }
  }

  /// Opens a channel's store; where there is none and a Fabric orderer left its log, goes on from
  /// that. Fabric's files are then renamed, so that no Fabric orderer goes on from them later, when
  /// they have become old.
  ///
  /// @param snapshots where Fabric kept the channel's snapshots
  static RaftStore open(Path folder, Path snapshots) {
    try {
      if (Files.exists(folder.resolve("log")) || !EtcdLog.isIn(folder)) {
        return open(folder);
      }
      Stored taken = EtcdLog.read(folder, snapshots);
      Path log = folder.resolve("log.new");
      List<ByteBuffer> records = new ArrayList<>();
      taken.snapshot().ifPresent(each -> add(records, SNAPSHOT, RaftCodec.snapshot(each)));
      add(records, HARD_STATE, RaftCodec.hardState(taken.hardState()));
      taken.entries().forEach(entry -> add(records, ENTRY, RaftCodec.entry(entry)));
      try (FileChannel made =
          FileChannel.open(
              log,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        write(made, records);
        made.force(true);
      }
      Files.move(log, folder.resolve("log"), StandardCopyOption.ATOMIC_MOVE);
      EtcdLog.setAside(folder);
      EtcdLog.setAside(snapshots);
      LOG.info("Took over the Raft log of a Fabric orderer in {}", folder);
      return open(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot take over the Raft log of a Fabric orderer in " + folder + ": " + e, e);
    }
  }

  /// Deletes a channel's store, if there is one.
  static void delete(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve("log"));
      Files.deleteIfExists(folder.resolve("log.new"));
      EtcdLog.delete(folder);
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the Raft log in " + folder + ": " + e, e);
    }
  }

  @Override
  public Stored stored() {
    return stored;
  }

  @Override
  public void append(List<Entry> entries, Optional<HardState> hardState, boolean sync) {
    if (entries.isEmpty() && hardState.isEmpty()) {
      return;
    }
    List<ByteBuffer> records = new ArrayList<>(2 * entries.size() + 2);
    for (Entry entry : entries) {
      add(records, ENTRY, RaftCodec.entry(entry));
    }
    hardState.ifPresent(state -> add(records, HARD_STATE, RaftCodec.hardState(state)));
    try {
      write(file, records);
      if (sync) {
        file.force(false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the Raft log in " + folder + ": " + e, e);
    }
  }

  @Override
  public void replace(Snapshot snapshot, HardState hardState, List<Entry> entries) {
    List<ByteBuffer> records = new ArrayList<>();
    add(records, SNAPSHOT, RaftCodec.snapshot(snapshot));
    add(records, HARD_STATE, RaftCodec.hardState(hardState));
    for (Entry entry : entries) {
      add(records, ENTRY, RaftCodec.entry(entry));
    }
    Path fresh = folder.resolve("log.new");
    try {
      FileChannel made =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      write(made, records);
      made.force(true);
      Files.move(
          fresh,
          folder.resolve("log"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
      file.close();
      file = made;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot compact the Raft log in " + folder + ": " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("the Raft log in {} did not close: {}", folder, e.toString());
    }
  }

  private static void add(List<ByteBuffer> records, byte kind, MessageLite message) {
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

  private static void write(FileChannel file, List<ByteBuffer> records) throws IOException {
    ByteBuffer[] buffers = records.toArray(ByteBuffer[]::new);
    int first = 0;
    while (first < buffers.length) {
      file.write(buffers, first, buffers.length - first);
      while (first < buffers.length && !buffers[first].hasRemaining()) {
        first++;
      }
    }
  }

  private static Stored read(Path path, FileChannel file) throws IOException {
    Optional<Snapshot> snapshot = Optional.empty();
    HardState hardState = HardState.EMPTY;
    List<Entry> entries = new ArrayList<>();
    long size = file.size();
    long position = 0;
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    while (position < size) {
      Optional<ByteBuffer> payload = record(file, position, size, header);
      if (payload.isEmpty()) {
        LOG.warn("{}: cutting off {} torn bytes at the end", path, size - position);
        file.truncate(position);
        file.force(true);
        break;
      }
      position += HEADER_BYTES + payload.get().remaining();
      try {
        switch (header.get(HEADER_BYTES - 1)) {
          case SNAPSHOT ->
              snapshot =
                  Optional.of(
                      RaftCodec.snapshot(io.denim.wire.raft.Snapshot.parseFrom(payload.get())));
          case HARD_STATE ->
              hardState =
                  RaftCodec.hardState(io.denim.wire.raft.HardState.parseFrom(payload.get()));
          case ENTRY -> {
            Entry entry = RaftCodec.entry(io.denim.wire.raft.Entry.parseFrom(payload.get()));
            while (!entries.isEmpty() && entries.getLast().index() >= entry.index()) {
              entries.removeLast();
            }
            entries.add(entry);
          }
          default ->
              throw new IOException(
                  path + " has a record of unknown kind " + header.get(HEADER_BYTES - 1));
        }
      } catch (InvalidProtocolBufferException e) {
        throw new IOException(path + " has a damaged record before byte " + position, e);
      }
    }
    file.position(Math.min(position, file.size()));
    return new Stored(position == 0, snapshot, hardState, entries);
  }

  /// The payload of the record at a position; empty if the record is torn.
  private static Optional<ByteBuffer> record(
      FileChannel file, long position, long size, ByteBuffer header) throws IOException {
    if (!fill(file, header.clear(), position)) {
      return Optional.empty();
    }
    int length = header.getInt(0);
    if (length < 0 || length > MAX_RECORD_BYTES || position + HEADER_BYTES + length > size) {
      return Optional.empty();
    }
    ByteBuffer payload = ByteBuffer.allocate(length);
    if (!fill(file, payload, position + HEADER_BYTES)) {
      return Optional.empty();
    }
    CRC32C checksum = new CRC32C();
    checksum.update(header.get(HEADER_BYTES - 1));
    checksum.update(payload.flip());
    return (int) checksum.getValue() == header.getInt(4)
        ? Optional.of(payload.flip())
        : Optional.empty();
  }

  private static boolean fill(FileChannel file, ByteBuffer buffer, long position)
      throws IOException {
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
