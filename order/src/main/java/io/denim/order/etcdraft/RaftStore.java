package io.denim.order.etcdraft;

import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import io.denim.consensus.Snapshot;
import io.denim.order.DurableFolder;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a Raft node must not forget, in one file: records of a snapshot, entries and hard states,
/// appended and synced ({@link RaftLogFile}). Compaction writes a new file beside the old one and
/// renames it over. Owned by the chain's thread.
final class RaftStore implements RaftStorage {
  private static final Logger LOG = LoggerFactory.getLogger(RaftStore.class);

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
      DurableFolder.make(folder);
      Files.deleteIfExists(folder.resolve("log.new"));
      boolean isNew = !Files.exists(path);
      FileChannel file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (isNew) {
          DurableFolder.sync(folder);
        }
        return new RaftStore(folder, file, RaftLogFile.read(path, file));
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
      taken
          .snapshot()
          .ifPresent(
              each -> RaftLogFile.add(records, RaftLogFile.SNAPSHOT, RaftCodec.snapshot(each)));
      RaftLogFile.add(records, RaftLogFile.HARD_STATE, RaftCodec.hardState(taken.hardState()));
      taken
          .entries()
          .forEach(entry -> RaftLogFile.add(records, RaftLogFile.ENTRY, RaftCodec.entry(entry)));
      try (FileChannel made =
          FileChannel.open(
              log,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        RaftLogFile.write(made, records);
        made.force(true);
      }
      Files.move(log, folder.resolve("log"), StandardCopyOption.ATOMIC_MOVE);
      DurableFolder.sync(folder);
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
      RaftLogFile.add(records, RaftLogFile.ENTRY, RaftCodec.entry(entry));
    }
    hardState.ifPresent(
        state -> RaftLogFile.add(records, RaftLogFile.HARD_STATE, RaftCodec.hardState(state)));
    try {
      RaftLogFile.write(file, records);
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
    RaftLogFile.add(records, RaftLogFile.SNAPSHOT, RaftCodec.snapshot(snapshot));
    RaftLogFile.add(records, RaftLogFile.HARD_STATE, RaftCodec.hardState(hardState));
    for (Entry entry : entries) {
      RaftLogFile.add(records, RaftLogFile.ENTRY, RaftCodec.entry(entry));
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
      RaftLogFile.write(made, records);
      made.force(true);
      Files.move(
          fresh,
          folder.resolve("log"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      DurableFolder.sync(folder);
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
}
