package io.denim.gossip.privdata;

import com.google.protobuf.ByteString;
import io.denim.gossip.GossipNode;
import io.denim.gossip.comm.Answer;
import io.denim.gossip.core.ChannelMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;
import org.hyperledger.fabric.protos.gossip.PvtDataElement;
import org.hyperledger.fabric.protos.gossip.RemotePvtDataRequest;

/// Asks other peers for private data: for each write set first one that most likely has it, then
/// other members of its collection, each once, as long as something lacks. Safe for use by any
/// thread.
///
/// Follows fabric v3.1.5 gossip/privdata/pull.go.
public final class PrivateDataPull implements AutoCloseable {
  private static final int MAX_DIGESTS = 1_000;

  private final GossipNode gossip;
  private final long expiryMargin;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /// One pull, as far as it has come. Owned by the asking thread.
  private final class Pull {
    private final String channelId;
    private final Map<PvtDataDigest, WantedPrivateData> lacking = new LinkedHashMap<>();
    private final Map<PvtDataDigest, List<ByteString>> found = new HashMap<>();
    private final Set<PvtDataDigest> expired = new HashSet<>();
    private final List<String> unanswered = new ArrayList<>();
    private List<ChannelMember> members;

    Pull(String channelId, List<WantedPrivateData> wanted, List<ChannelMember> members) {
      this.channelId = channelId;
      wanted.forEach(each -> lacking.put(each.digest(), each));
      this.members = members;
    }

    /// Leaves out what a member will have deleted by the time that it is asked.
    void leaveOutExpired() {
      lacking
          .values()
          .removeIf(wanted -> {
            boolean gone =
                wanted.blockToLive() != 0
                    && members.stream().anyMatch(member -> isExpired(wanted, member));
            if (gone) {
              expired.add(wanted.digest());
            }
            return gone;
          });
    }

    private boolean isExpired(WantedPrivateData wanted, ChannelMember member) {
      long end = sum(wanted.digest().getBlockSeq(), wanted.blockToLive());
      return (wanted.preferred().test(member) || wanted.member().test(member))
          && Long.compareUnsigned(sum(member.ledgerHeight(), expiryMargin), end) >= 0;
    }

    /// Gives each write set to one peer to be asked for, and takes these peers from those that are
    /// left.
    Map<ChannelMember, List<PvtDataDigest>> assign() {
      Map<ChannelMember, List<PvtDataDigest>> assigned = new LinkedHashMap<>();
      for (WantedPrivateData wanted : lacking.values()) {
        first(wanted.preferred())
            .or(() -> first(wanted.member()))
            .ifPresent(peer ->
                assigned.computeIfAbsent(peer, each -> new ArrayList<>()).add(wanted.digest()));
      }
      members = members.stream().filter(member -> !assigned.containsKey(member)).toList();
      return assigned;
    }

    private Optional<ChannelMember> first(Predicate<ChannelMember> wanted) {
      return members.stream().filter(wanted).findFirst();
    }

    void take(Answer answer) {
      switch (answer) {
        case Answer.Missing(String reason) -> unanswered.add(reason);
        case Answer.Received(GossipMessage message) -> {
          for (PvtDataElement element : message.getPrivateRes().getElementsList()) {
            if (element.getPayloadCount() > 0 && lacking.remove(element.getDigest()) != null) {
              found.put(element.getDigest(), element.getPayloadList());
            }
          }
        }
      }
    }
  }

  /// @param expiryMargin data that lives for no more blocks than this is not asked for
  public PrivateDataPull(GossipNode gossip, long expiryMargin) {
    this.gossip = gossip;
    this.expiryMargin = expiryMargin;
  }

  /// Asks as many peers as it takes.
  ///
  /// @param patience for each peer's answer
  /// @throws InterruptedException when the peer stops
  public PulledPrivateData pull(String channelId, List<WantedPrivateData> wanted, Duration patience)
      throws InterruptedException {
    List<ChannelMember> members = new ArrayList<>(gossip.view().channel(channelId));
    Collections.shuffle(members);
    Pull pull = new Pull(channelId, wanted, members);
    pull.leaveOutExpired();
    while (!pull.lacking.isEmpty()) {
      Map<ChannelMember, List<PvtDataDigest>> assigned = pull.assign();
      if (assigned.isEmpty()) {
        break;
      }
      askAll(pull, assigned, patience);
    }
    return new PulledPrivateData(pull.found, pull.expired, pull.unanswered);
  }

  private void askAll(
      Pull pull, Map<ChannelMember, List<PvtDataDigest>> assigned, Duration patience)
      throws InterruptedException {
    List<Future<Answer>> answers = new ArrayList<>();
    assigned.forEach((peer, digests) -> {
      for (int from = 0; from < digests.size(); from += MAX_DIGESTS) {
        List<PvtDataDigest> some =
            digests.subList(from, Math.min(from + MAX_DIGESTS, digests.size()));
        answers.add(threads.submit(() -> ask(pull.channelId, peer, some, patience)));
      }
    });
    for (Future<Answer> answer : answers) {
      try {
        pull.take(answer.get());
      } catch (ExecutionException e) {
        pull.take(new Answer.Missing(String.valueOf(e.getMessage())));
      }
    }
  }

  private Answer ask(
      String channelId, ChannelMember peer, List<PvtDataDigest> digests, Duration patience)
      throws InterruptedException {
    GossipMessage request =
        GossipMessage.newBuilder()
            .setChannel(ByteString.copyFromUtf8(channelId))
            .setTag(GossipMessage.Tag.CHAN_ONLY)
            .setPrivateReq(RemotePvtDataRequest.newBuilder().addAllDigests(digests))
            .build();
    return gossip.communication().request(GossipNode.address(peer), request, patience);
  }

  private static long sum(long a, long b) {
    long sum = a + b;
    return Long.compareUnsigned(sum, a) < 0 ? -1L : sum;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
