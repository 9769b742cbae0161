package io.denim.gateway;

import io.denim.channelconfig.ApplicationOrganization;
import io.denim.channelconfig.ChannelConfig;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hyperledger.fabric.protos.peer.AnchorPeer;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;

/// Tells why organizations of a channel have no peer that can endorse: none was ever seen, or has
/// been since, or is in the channel, or has the chaincode. Pure. Immutable.
///
/// @param inChannel the channel's peers that are alive
/// @param chaincodes the channel's definitions by name
record Absences(
    ChannelConfig config,
    List<ChannelPeer> inChannel,
    Membership membership,
    Function<String, Optional<DefinedChaincode>> chaincodes) {

  /// Of all organizations that lack a peer with every chaincode of the interest; empty text if none
  /// does.
  String explain(ChaincodeInterest interest) {
    List<String> names =
        interest.getChaincodesList().stream().map(ChaincodeCall::getName).distinct().toList();
    TreeSet<String> mspIds =
        config.application().stream()
            .flatMap(application -> application.organizations().values().stream())
            .map(ApplicationOrganization::mspId)
            .collect(Collectors.toCollection(TreeSet::new));
    return explain(List.copyOf(mspIds), names);
  }

  private String explain(List<String> mspIds, List<String> chaincodeNames) {
    List<String> reasons = new ArrayList<>();
    for (String mspId : mspIds) {
      reason(mspId, chaincodeNames).ifPresent(reason -> reasons.add(mspId + ": " + reason));
    }
    return reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")";
  }

  private Optional<String> reason(String mspId, List<String> chaincodeNames) {
    List<ChannelPeer> members =
        inChannel.stream().filter(peer -> peer.peer().mspId().equals(mspId)).toList();
    if (!members.isEmpty()) {
      return withoutChaincode(members, chaincodeNames);
    }
    List<KnownPeer> alive =
        membership.peers().stream().filter(peer -> peer.mspId().equals(mspId)).toList();
    if (!alive.isEmpty()) {
      return Optional.of(
          "peer "
              + alive.stream().map(KnownPeer::endpoint).collect(Collectors.joining(", "))
              + " is there, but has not told that it is in channel "
              + config.channelId());
    }
    List<LostPeer> lost =
        membership.lost().stream().filter(peer -> peer.mspId().equals(mspId)).toList();
    return Optional.of(lost.isEmpty() ? neverSeen(mspId) : lost(lost));
  }

  private Optional<String> withoutChaincode(List<ChannelPeer> members, List<String> names) {
    for (String name : names) {
      Optional<DefinedChaincode> defined = chaincodes.apply(name);
      if (defined.isEmpty()) {
        continue;
      }
      String sequence = Long.toString(defined.get().sequence());
      if (members.stream().noneMatch(peer -> sequence.equals(peer.chaincodes().get(name)))) {
        return Optional.of(
            "peer "
                + members.stream()
                    .map(peer -> peer.peer().endpoint())
                    .collect(Collectors.joining(", "))
                + " does not have chaincode "
                + name
                + " installed as its organization approved it for sequence "
                + sequence);
      }
    }
    return Optional.empty();
  }

  private static String lost(List<LostPeer> lost) {
    return lost.stream()
        .map(peer ->
            "peer "
                + peer.endpoint()
                + " has not been heard of since "
                + Instant.ofEpochMilli(peer.since()).truncatedTo(ChronoUnit.SECONDS))
        .collect(Collectors.joining(", "));
  }

  private String neverSeen(String mspId) {
    List<AnchorPeer> anchors =
        config
            .application()
            .flatMap(application -> application.organizationOf(mspId))
            .map(ApplicationOrganization::anchorPeers)
            .orElse(List.of());
    return anchors.isEmpty()
        ? "no peer of it has been seen, and it has no anchor peer in the channel's configuration"
        : "no peer of it has been seen, and none answers at its anchor peer "
            + anchors.stream()
                .map(anchor -> anchor.getHost() + ":" + anchor.getPort())
                .collect(Collectors.joining(", "));
  }
}
