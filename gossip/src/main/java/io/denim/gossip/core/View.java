package io.denim.gossip.core;

import java.util.List;
import java.util.Map;

/// Who is alive, and who is in which channel, at one moment; this peer itself left out. Immutable.
public record View(
    List<Member> members, List<Lost> lost, Map<String, List<ChannelMember>> channels) {
  /// A peer that was alive and is no more.
  ///
  /// @param since when it was held for dead, in milliseconds since 1970
  public record Lost(Member member, long since) {}

  /// Nobody yet.
  public static final View EMPTY = new View(List.of(), List.of(), Map.of());

  public View {
    members = List.copyOf(members);
    lost = List.copyOf(lost);
    channels = Map.copyOf(channels);
  }

  /// The other peers of a channel; none for a channel that this peer is not in.
  public List<ChannelMember> channel(String channelId) {
    return channels.getOrDefault(channelId, List.of());
  }
}
