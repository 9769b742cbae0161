package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import io.denim.consensus.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what a Fabric orderer's Raft node stored of a channel: etcd's write-ahead log, `*.wal`,
/// and its snapshots, `*.snap` (etcd v3.5 server/storage/wal, server/etcdserver/api/snap; fabric
/// v3.1.5 orderer/consensus/etcdraft/storage.go). A record is a length of eight bytes,
/// little-endian, whose highest byte tells how much padding follows, and a protobuf message with a
/// checksum that runs over all records before it. Used by one thread.
final class EtcdLog {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");
  private static final String TAKEN_OVER = ".taken-over";
  private static final int LENGTH_BYTES = 8;
  private static final int PADDING_SHIFT = 56;
  private static final long LENGTH_MASK = (1L << PADDING_SHIFT) - 1;
  private static final int MAX_RECORD_BYTES = 1 << 30;
  private static final int METADATA = 1;
  private static final int ENTRY = 2;
  private static final int STATE = 3;
  private static final int CHECKSUM = 4;
  private static final int SNAPSHOT = 5;

  private final Optional<Snapshot> snapshot;
  private final List<Entry> entries = new ArrayList<>();
  private HardState hardState = HardState.EMPTY;
  private int checksum;

  /// What a record holds.
  private record Item(int type, int checksum, ByteString data) {}

  private EtcdLog(Optional<Snapshot> snapshot) {
    this.snapshot = snapshot;
  }

  /// Whether a Fabric orderer stored something here.
  static boolean isIn(Path folder) throws IOException {
    return Files.isDirectory(folder) && !files(folder, ".wal").isEmpty();
  }

  /// Reads a channel's log and newest snapshot.
  ///
  /// @param logs the channel's folder below `WALDir`
  /// @param snapshots the channel's folder below `SnapDir`
  /// @throws IOException if something cannot be read or is damaged before its end
  static RaftStorage.Stored read(Path logs, Path snapshots) throws IOException {
    EtcdLog log = new EtcdLog(newestSnapshot(snapshots));
    List<Path> files = files(logs, ".wal");
    long start = log.snapshot.map(Snapshot::index).orElse(0L);
    int first = 0;
    for (int i = 0; i < files.size(); i++) {
      if (firstIndex(files.get(i)) <= start) {
        first = i; // the last that may hold the entry after the snapshot
      }
    }
    for (int i = first; i < files.size(); i++) {
      log.readFile(files.get(i), i == files.size() - 1);
    }
    LOG.info(
        "Read {} entries, term {}, committed {}, snapshot at {} from {}",
        log.entries.size(),
        log.hardState.term(),
        log.hardState.commit(),
        start,
        logs);
    long commit = Math.max(log.hardState.commit(), start);
    HardState state = new HardState(log.hardState.term(), log.hardState.vote(), commit);
    return new RaftStorage.Stored(false, log.snapshot, state, log.entries);
  }

  /// Renames Fabric's files so that nothing takes them for its own.
  static void setAside(Path folder) throws IOException {
    for (String suffix : List.of(".wal", ".snap")) {
      for (Path file : files(folder, suffix)) {
        Files.move(file, file.resolveSibling(file.getFileName() + TAKEN_OVER));
      }
    }
  }

  /// Deletes Fabric's files, also those that were set aside.
  static void delete(Path folder) throws IOException {
    for (String suffix : List.of(".wal", ".snap", TAKEN_OVER, ".tmp")) {
      for (Path file : files(folder, suffix)) {
        Files.delete(file);
      }
    }
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found.filter(path -> path.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /// The second part of a log file's name: the index of its first entry.
  private static long firstIndex(Path file) throws IOException {
    String[] parts = String.valueOf(file.getFileName()).replace(".wal", "").split("-", -1);
    try {
      return Long.parseUnsignedLong(parts[parts.length - 1], 16);
    } catch (NumberFormatException e) {
      throw new IOException(file + " is not named as etcd's log files are", e);
    }
  }

  private static Optional<Snapshot> newestSnapshot(Path folder) throws IOException {
    for (Path file : files(folder, ".snap").reversed()) {
      Optional<Snapshot> read = snapshot(file);
      if (read.isPresent()) {
        return read;
      }
      LOG.warn("{} is damaged; the snapshot before it is taken", file);
    }
    return Optional.empty();
  }

  private static Optional<Snapshot> snapshot(Path file) throws IOException {
    try {
      CodedInputStream in = CodedInputStream.newInstance(Files.readAllBytes(file));
      int expected = 0;
      ByteString data = ByteString.EMPTY;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> expected = in.readUInt32();
          case 2 -> data = in.readBytes();
          default -> in.skipField(tag);
        }
      }
      if (data.isEmpty() || RunningChecksum.update(0, data) != expected) {
        return Optional.empty();
      }
      return Optional.of(RaftCodec.snapshot(io.denim.wire.raft.Snapshot.parseFrom(data)));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private void readFile(Path path, boolean last) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long position = 0;
      long size = file.size();
      while (position + LENGTH_BYTES <= size) {
        ByteBuffer header = read(file, position, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long field = header.getLong();
        if (field == 0) {
          return; // the rest was reserved and never written
        }
        long length = field & LENGTH_MASK;
        int padding = field < 0 ? (int) (field >>> PADDING_SHIFT) & 0x7 : 0;
        if (length > MAX_RECORD_BYTES || position + LENGTH_BYTES + length + padding > size) {
          torn(path, position, last);
          return;
        }
        ByteBuffer bytes = read(file, position + LENGTH_BYTES, (int) length);
        Optional<Item> item = item(bytes);
        long next = position + LENGTH_BYTES + length + padding;
        if (item.isEmpty() || !take(item.get())) {
          torn(path, position, last && isEmptyFrom(file, next, size));
          return;
        }
        position = next;
      }
    }
  }

  /// Whether nothing was written from a position on.
  private static boolean isEmptyFrom(FileChannel file, long position, long size)
      throws IOException {
    return position + LENGTH_BYTES > size || read(file, position, LENGTH_BYTES).getLong() == 0;
  }

  /// The end of the last file may have been cut by a failure; what it held was never acknowledged.
  private static void torn(Path path, long position, boolean last) throws IOException {
    if (!last) {
      throw new IOException(path + " is damaged at byte " + position + ", before the log's end");
    }
    LOG.warn("{} ends with a torn record at byte {}, which is left out", path, position);
  }

  private static ByteBuffer read(FileChannel file, long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("the file ends at byte " + (position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private static Optional<Item> item(ByteBuffer bytes) throws IOException {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      int type = 0;
      int expected = 0;
      ByteString data = ByteString.EMPTY;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> type = (int) in.readInt64();
          case 2 -> expected = in.readUInt32();
          case 3 -> data = in.readBytes();
          default -> in.skipField(tag);
        }
      }
      return Optional.of(new Item(type, expected, data));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// @return false if the record is damaged
  private boolean take(Item record) throws IOException {
    if (record.type() == CHECKSUM) {
      boolean follows = checksum == 0 || checksum == record.checksum();
      checksum = record.checksum();
      return follows;
    }
    checksum = RunningChecksum.update(checksum, record.data());
    if (checksum != record.checksum()) {
      return false;
    }
    try {
      switch (record.type()) {
        case ENTRY -> add(RaftCodec.entry(io.denim.wire.raft.Entry.parseFrom(record.data())));
        case STATE ->
            hardState = RaftCodec.hardState(io.denim.wire.raft.HardState.parseFrom(record.data()));
        case METADATA, SNAPSHOT -> {} // the snapshot files say more
        default -> throw new IOException("the log has a record of kind " + record.type());
      }
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  /// An entry replaces those from its index on.
  private void add(Entry entry) throws IOException {
    if (entry.index() <= snapshot.map(Snapshot::index).orElse(0L)) {
      return;
    }
    while (!entries.isEmpty() && entries.getLast().index() >= entry.index()) {
      entries.removeLast();
    }
    long expected =
        entries.isEmpty()
            ? snapshot.map(Snapshot::index).orElse(0L) + 1
            : entries.getLast().index() + 1;
    if (entry.index() != expected) {
      throw new IOException(
          "the log has entry " + entry.index() + " where entry " + expected + " belongs");
    }
    entries.add(entry);
  }
}
