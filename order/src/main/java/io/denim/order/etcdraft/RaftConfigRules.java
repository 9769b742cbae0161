package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ConsensusType;
import io.denim.channelconfig.OrdererOrganization;
import io.denim.node.GoDuration;
import io.denim.wire.WireParser;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;
import org.hyperledger.fabric.protos.orderer.etcdraft.Options;

/// What an update of a channel's configuration may do to Raft's part of it: usable options,
/// consenters whose certificates the orderer organizations issued, and one consenter changed at a
/// time (fabric v3.1.5 orderer/consensus/etcdraft/chain.go, ValidateConsensusMetadata, util.go).
public final class RaftConfigRules {
  private static final int MAX_PORT = 65_535;
  private static final WireParser<ConfigMetadata> METADATA =
      WireParser.of(ConfigMetadata.getDefaultInstance());

  private RaftConfigRules() {}

  /// Why a channel ordered by Raft may not go from one configuration to another, if it may not.
  ///
  /// @param at what is known of the channel's consenters now
  public static Optional<String> problem(ChannelConfig current, ChannelConfig next, Standing at) {
    io.denim.channelconfig.ConsensusType before = current.orderer().orElseThrow().consensus();
    io.denim.channelconfig.ConsensusType after = next.orderer().orElseThrow().consensus();
    if (!before.type().equals(ConsensusType.ETCD_RAFT) || after.metadata().isEmpty()) {
      return Optional.empty();
    }
    return consensusProblem(current, next, at)
        .map(text -> "consensus metadata update for channel config update is invalid: " + text);
  }

  private static Optional<String> consensusProblem(
      ChannelConfig current, ChannelConfig next, Standing at) {
    io.denim.channelconfig.ConsensusType after = next.orderer().orElseThrow().consensus();
    if (after.type().equals(ConsensusType.BFT)) {
      return endpointProblem(next);
    }
    if (!after.type().equals(ConsensusType.ETCD_RAFT)) {
      return Optional.of(
          "illegal consensus type detected during consensus metadata validation: " + after.type());
    }
    ConfigMetadata updated;
    try {
      updated = METADATA.parse(after.metadata());
    } catch (InvalidProtocolBufferException e) {
      return Optional.of(
          "failed to unmarshal new etcdraft metadata configuration: " + e.getMessage());
    }
    return metadataProblem(updated, next)
        .map(text -> "invalid new config metadata: " + text)
        .or(() -> membershipProblem(current, next, updated, at));
  }

  private static Optional<String> endpointProblem(ChannelConfig next) {
    for (OrdererOrganization organization :
        new TreeMap<>(next.orderer().orElseThrow().organizations()).values()) {
      if (organization.endpoints().isEmpty()) {
        return Optional.of(
            "illegal orderer config detected during consensus metadata validation: endpoints of"
                + " org "
                + organization.name()
                + " are missing");
      }
    }
    return Optional.empty();
  }

  /// Why a channel cannot be ordered with this metadata, if it cannot.
  static Optional<String> metadataProblem(ConfigMetadata metadata, ChannelConfig config) {
    if (!metadata.hasOptions()) {
      return Optional.of("nil Raft config metadata options");
    }
    return optionProblem(metadata.getOptions()).or(() -> consenterProblem(metadata, config));
  }

  private static Optional<String> optionProblem(Options options) {
    if (options.getHeartbeatTick() == 0
        || options.getElectionTick() == 0
        || options.getMaxInflightBlocks() == 0) {
      return Optional.of(
          "none of HeartbeatTick ("
              + options.getHeartbeatTick()
              + "), ElectionTick ("
              + options.getElectionTick()
              + ") and MaxInflightBlocks ("
              + options.getMaxInflightBlocks()
              + ") can be zero");
    }
    if (options.getElectionTick() <= options.getHeartbeatTick()) {
      return Optional.of(
          "ElectionTick ("
              + options.getElectionTick()
              + ") must be greater than HeartbeatTick ("
              + options.getHeartbeatTick()
              + ")");
    }
    try {
      if (!GoDuration.parseAsGo(options.getTickInterval()).isPositive()) {
        return Optional.of("TickInterval cannot be zero");
      }
    } catch (IllegalArgumentException e) {
      return Optional.of(
          "failed to parse TickInterval ("
              + options.getTickInterval()
              + ") to time duration: "
              + e.getMessage());
    }
    return Optional.empty();
  }

  private static Optional<String> consenterProblem(ConfigMetadata metadata, ChannelConfig config) {
    if (metadata.getConsentersCount() == 0) {
      return Optional.of("empty consenter set");
    }
    TlsIssuers issuers = TlsIssuers.of(config);
    Set<ByteString> seen = new HashSet<>();
    for (Consenter consenter : metadata.getConsentersList()) {
      String address = consenter.getHost() + ":" + Integer.toUnsignedString(consenter.getPort());
      if (consenter.getHost().isBlank() || !isPort(consenter.getPort())) {
        return Optional.of(
            "consenter "
                + address
                + " cannot be dialled: it needs a host and a port between 1 and "
                + MAX_PORT);
      }
      Optional<String> problem =
          issuers
              .problem(consenter.getClientTlsCert(), "client", address)
              .or(() -> issuers.problem(consenter.getServerTlsCert(), "server", address));
      if (problem.isPresent()) {
        return Optional.of("consenter " + address + " has invalid certificate: " + problem.get());
      }
    }
    for (Consenter consenter : metadata.getConsentersList()) {
      // The two certificates of one consenter may be the same.
      if (seen.contains(consenter.getServerTlsCert())
          || seen.contains(consenter.getClientTlsCert())) {
        return Optional.of(
            "duplicate consenter: server cert: "
                + consenter.getServerTlsCert().toStringUtf8()
                + ", client cert: "
                + consenter.getClientTlsCert().toStringUtf8());
      }
      seen.add(consenter.getServerTlsCert());
      seen.add(consenter.getClientTlsCert());
    }
    return Optional.empty();
  }

  private static boolean isPort(int port) {
    return port > 0 && port <= MAX_PORT;
  }

  private static Optional<String> membershipProblem(
      ChannelConfig current, ChannelConfig next, ConfigMetadata updated, Standing at) {
    Membership before;
    Membership.Change change;
    try {
      ConfigMetadata old =
          ConfigMetadata.parseFrom(current.orderer().orElseThrow().consensus().metadata());
      before = Membership.of(at.membership(), old);
      change = before.updated(updated.getConsentersList());
    } catch (InvalidProtocolBufferException e) {
      return Optional.of("failed to unmarshal old etcdraft consensus metadata");
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    if (change.added().isPresent()) {
      Consenter added = change.added().get();
      TlsIssuers issuers = TlsIssuers.of(next);
      Optional<String> problem =
          issuers
              .expiry(added.getClientTlsCert(), "client", at.now())
              .or(() -> issuers.expiry(added.getServerTlsCert(), "server", at.now()));
      if (problem.isPresent()) {
        return Optional.of(
            "consenter "
                + added.getHost()
                + ":"
                + added.getPort()
                + " has invalid certificates: "
                + problem.get());
      }
    }
    return change.losesQuorum(at.active())
        ? Optional.of(
            at.active().size()
                + " out of "
                + before.consenters().size()
                + " nodes are alive, configuration will result in quorum loss")
        : Optional.empty();
  }

  /// How the channel's consenters stand.
  ///
  /// @param membership as the newest block has it
  /// @param active those that answer the leader
  public record Standing(BlockMetadata membership, Set<Long> active, Instant now) {
    public Standing {
      active = Set.copyOf(active);
    }
  }
}
