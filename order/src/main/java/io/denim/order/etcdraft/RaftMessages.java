package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.consensus.Entry;
import io.denim.consensus.Message;
import io.denim.wire.raft.MessageType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Raft's messages in the form that etcd's nodes, and so Fabric's orderers, exchange.
final class RaftMessages {
  private static final ByteString TRANSFER =
      ByteString.copyFrom("CampaignTransfer", StandardCharsets.UTF_8);

  private RaftMessages() {}

  static io.denim.wire.raft.Message encode(Message message) {
    io.denim.wire.raft.Message.Builder out =
        io.denim.wire.raft.Message.newBuilder()
            .setFrom(message.from())
            .setTo(message.to())
            .setTerm(message.term());
    switch (message) {
      case Message.Propose propose -> {
        out.setType(MessageType.MsgProp);
        addEntries(out, propose.entries());
      }
      case Message.Append append -> {
        out.setType(MessageType.MsgApp)
            .setIndex(append.previousIndex())
            .setLogTerm(append.previousTerm())
            .setCommit(append.commit());
        addEntries(out, append.entries());
      }
      case Message.AppendReply reply -> {
        out.setType(MessageType.MsgAppResp).setIndex(reply.index());
        reply
            .rejection()
            .ifPresent(rejection ->
                out.setReject(true)
                    .setRejectHint(rejection.hintIndex())
                    .setLogTerm(rejection.hintTerm()));
      }
      case Message.Vote vote -> {
        out.setType(vote.pre() ? MessageType.MsgPreVote : MessageType.MsgVote)
            .setIndex(vote.lastIndex())
            .setLogTerm(vote.lastTerm());
        if (vote.transfer()) {
          out.setContext(TRANSFER);
        }
      }
      case Message.VoteReply reply ->
          out.setType(reply.pre() ? MessageType.MsgPreVoteResp : MessageType.MsgVoteResp)
              .setReject(!reply.granted());
      case Message.Heartbeat heartbeat ->
          out.setType(MessageType.MsgHeartbeat).setCommit(heartbeat.commit());
      case Message.HeartbeatReply reply -> out.setType(MessageType.MsgHeartbeatResp);
      case Message.Install install ->
          out.setType(MessageType.MsgSnap).setSnapshot(RaftCodec.snapshot(install.snapshot()));
      case Message.TransferLeader transfer -> out.setType(MessageType.MsgTransferLeader);
      case Message.TimeoutNow now -> out.setType(MessageType.MsgTimeoutNow);
    }
    return out.build();
  }

  /// @return empty for kinds that nodes only send themselves, or that are not used here
  static Optional<Message> decode(io.denim.wire.raft.Message in) {
    long from = in.getFrom();
    long to = in.getTo();
    long term = in.getTerm();
    return switch (in.getType()) {
      case MsgProp -> Optional.of(new Message.Propose(from, to, entries(in)));
      case MsgApp ->
          Optional.of(
              new Message.Append(
                  from, to, term, in.getIndex(), in.getLogTerm(), entries(in), in.getCommit()));
      case MsgAppResp ->
          Optional.of(new Message.AppendReply(from, to, term, in.getIndex(), rejection(in)));
      case MsgVote, MsgPreVote ->
          Optional.of(
              new Message.Vote(
                  from,
                  to,
                  term,
                  in.getIndex(),
                  in.getLogTerm(),
                  in.getType() == MessageType.MsgPreVote,
                  in.getContext().equals(TRANSFER)));
      case MsgVoteResp, MsgPreVoteResp ->
          Optional.of(
              new Message.VoteReply(
                  from, to, term, in.getType() == MessageType.MsgPreVoteResp, !in.getReject()));
      case MsgHeartbeat -> Optional.of(new Message.Heartbeat(from, to, term, in.getCommit()));
      case MsgHeartbeatResp -> Optional.of(new Message.HeartbeatReply(from, to, term));
      case MsgSnap ->
          Optional.of(new Message.Install(from, to, term, RaftCodec.snapshot(in.getSnapshot())));
      case MsgTransferLeader -> Optional.of(new Message.TransferLeader(from, to, term));
      case MsgTimeoutNow -> Optional.of(new Message.TimeoutNow(from, to, term));
      case MsgHup,
          MsgBeat,
          MsgUnreachable,
          MsgSnapStatus,
          MsgCheckQuorum,
          MsgReadIndex,
          MsgReadIndexResp,
          MsgStorageAppend,
          MsgStorageAppendResp,
          MsgStorageApply,
          MsgStorageApplyResp,
          MsgForgetLeader ->
          Optional.empty();
    };
  }

  private static Optional<Message.Rejection> rejection(io.denim.wire.raft.Message in) {
    return in.getReject()
        ? Optional.of(new Message.Rejection(in.getRejectHint(), in.getLogTerm()))
        : Optional.empty();
  }

  private static void addEntries(io.denim.wire.raft.Message.Builder out, List<Entry> entries) {
    for (Entry entry : entries) {
      out.addEntries(RaftCodec.entry(entry));
    }
  }

  private static List<Entry> entries(io.denim.wire.raft.Message in) {
    List<Entry> entries = new ArrayList<>(in.getEntriesCount());
    for (io.denim.wire.raft.Entry entry : in.getEntriesList()) {
      entries.add(RaftCodec.entry(entry));
    }
    return entries;
  }
}
