package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.consensus.Bytes;
import io.denim.consensus.ConfChange;
import io.denim.consensus.ConfState;
import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import io.denim.consensus.Snapshot;
import io.denim.wire.raft.ConfChangeType;
import io.denim.wire.raft.EntryType;
import io.denim.wire.raft.SnapshotMetadata;

/// Raft's entries and states in etcd's messages and back, as they are stored and sent.
final class RaftCodec {
  private RaftCodec() {}

  static Bytes bytes(ByteString content) {
    return Bytes.wrap(content.toByteArray());
  }

  static ByteString content(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.buffer());
  }

  static io.denim.wire.raft.Entry entry(Entry entry) {
    var message =
        io.denim.wire.raft.Entry.newBuilder()
            .setType(entry.type() == Entry.Type.NORMAL ? EntryType.EntryNormal : CONF_CHANGE)
            .setTerm(entry.term())
            .setIndex(entry.index());
    if (!entry.data().isEmpty()) {
      message.setData(content(entry.data()));
    }
    return message.build();
  }

  private static final EntryType CONF_CHANGE = EntryType.EntryConfChange;

  static Entry entry(io.denim.wire.raft.Entry message) {
    return new Entry(
        message.getIndex(),
        message.getTerm(),
        message.getType() == EntryType.EntryNormal ? Entry.Type.NORMAL : Entry.Type.CONF_CHANGE,
        message.getData().isEmpty() ? Bytes.EMPTY : bytes(message.getData()));
  }

  static io.denim.wire.raft.HardState hardState(HardState state) {
    return io.denim.wire.raft.HardState.newBuilder()
        .setTerm(state.term())
        .setVote(state.vote())
        .setCommit(state.commit())
        .build();
  }

  static HardState hardState(io.denim.wire.raft.HardState message) {
    return new HardState(message.getTerm(), message.getVote(), message.getCommit());
  }

  static io.denim.wire.raft.Snapshot snapshot(Snapshot snapshot) {
    return io.denim.wire.raft.Snapshot.newBuilder()
        .setData(content(snapshot.data()))
        .setMetadata(
            SnapshotMetadata.newBuilder()
                .setConfState(
                    io.denim.wire.raft.ConfState.newBuilder()
                        .addAllVoters(snapshot.confState().voters())
                        .setAutoLeave(false))
                .setIndex(snapshot.index())
                .setTerm(snapshot.term()))
        .build();
  }

  static Snapshot snapshot(io.denim.wire.raft.Snapshot message) {
    SnapshotMetadata metadata = message.getMetadata();
    return new Snapshot(
        metadata.getIndex(),
        metadata.getTerm(),
        new ConfState(metadata.getConfState().getVotersList()),
        bytes(message.getData()));
  }

  static Bytes confChange(ConfChange change) {
    var message = io.denim.wire.raft.ConfChange.newBuilder().setId(0).setNodeId(change.node());
    message.setType(
        change.kind() == ConfChange.Kind.REMOVE
            ? ConfChangeType.ConfChangeRemoveNode
            : ConfChangeType.ConfChangeAddNode);
    return Bytes.wrap(message.build().toByteArray());
  }

  /// @throws InvalidProtocolBufferException if the entry holds no change of membership
  static ConfChange confChange(Bytes data) throws InvalidProtocolBufferException {
    var message = io.denim.wire.raft.ConfChange.parseFrom(content(data));
    ConfChange.Kind kind =
        switch (message.getType()) {
          case ConfChangeAddNode -> ConfChange.Kind.ADD;
          case ConfChangeRemoveNode -> ConfChange.Kind.REMOVE;
          case ConfChangeUpdateNode, ConfChangeAddLearnerNode -> ConfChange.Kind.NONE;
        };
    return new ConfChange(
        message.getNodeId() == 0 ? ConfChange.Kind.NONE : kind, message.getNodeId());
  }
}
