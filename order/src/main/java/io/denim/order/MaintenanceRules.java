package io.denim.order;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ConfigKeys;
import io.denim.channelconfig.ConsensusType;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigUpdateEnvelope;
import org.hyperledger.fabric.protos.common.Consenter;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;

/// The steps by which a channel goes from Raft to BFT: into maintenance mode, change of type, out
/// of maintenance mode, each alone in its update (fabric v3.1.5
/// orderer/common/msgprocessor/maintenancefilter.go).
final class MaintenanceRules {
  private static final String NORMAL = "STATE_NORMAL";
  private static final String MAINTENANCE = "STATE_MAINTENANCE";

  private MaintenanceRules() {}

  /// Why an update may not lead from one configuration to another, if it may not.
  static Optional<String> problem(ChannelConfig current, ChannelConfig next, Envelope update) {
    ConsensusType before = current.orderer().orElseThrow().consensus();
    ConsensusType after = next.orderer().orElseThrow().consensus();
    if (!current.capabilities().ordererConsensusTypeMigration()) {
      return withoutCapability(before, after);
    }
    if (before.maintenance() != after.maintenance()) {
      Optional<String> problem = stateProblem(before, after, update);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return before.type().equals(after.type()) ? Optional.empty() : typeProblem(before, after);
  }

  private static Optional<String> withoutCapability(ConsensusType before, ConsensusType after) {
    if (after.maintenance()) {
      return Optional.of(
          "next config attempted to change ConsensusType.State to "
              + MAINTENANCE
              + ", but capability is disabled");
    }
    return before.type().equals(after.type())
        ? Optional.empty()
        : Optional.of(
            "next config attempted to change ConsensusType.Type from "
                + before.type()
                + " to "
                + after.type()
                + ", but capability is disabled");
  }

  private static Optional<String> stateProblem(
      ConsensusType before, ConsensusType after, Envelope update) {
    String change = "ConsensusType.State is changing from " + state(before) + " to " + state(after);
    Optional<String> other = otherChange(update);
    if (other.isPresent()) {
      return other;
    }
    if (!before.type().equals(after.type())) {
      return Optional.of(
          "attempted to change ConsensusType.Type from "
              + before.type()
              + " to "
              + after.type()
              + ", but "
              + change);
    }
    return before.metadata().equals(after.metadata())
        ? Optional.empty()
        : Optional.of("attempted to change ConsensusType.Metadata, but " + change);
  }

  private static Optional<String> typeProblem(ConsensusType before, ConsensusType after) {
    String attempt =
        "attempted to change consensus type from " + before.type() + " to " + after.type();
    if (!before.maintenance()) {
      return Optional.of(
          attempt + ", but current config ConsensusType.State is not in maintenance mode");
    }
    if (!after.maintenance()) {
      return Optional.of(
          attempt + ", but next config ConsensusType.State is not in maintenance mode");
    }
    if (!after.type().equals(ConsensusType.BFT)) {
      return Optional.of(attempt + ", transition not supported");
    }
    return mappingProblem(before, after)
        .map(text -> "invalid BFT consenter mapping configuration: " + text);
  }

  private static Optional<String> mappingProblem(ConsensusType before, ConsensusType after) {
    List<Consenter> bft = after.consenters();
    if (bft.isEmpty()) {
      return Optional.of("Invalid new config: bft consenters are missing");
    }
    ConfigMetadata raft;
    try {
      raft = ConfigMetadata.parseFrom(before.metadata());
    } catch (InvalidProtocolBufferException e) {
      raft = ConfigMetadata.getDefaultInstance();
    }
    if (raft.getConsentersCount() != bft.size()) {
      return Optional.of(
          "Invalid new config: the number of bft consenters: "
              + bft.size()
              + " is not equal to the number of raft consenters: "
              + raft.getConsentersCount());
    }
    for (var consenter : raft.getConsentersList()) {
      boolean found =
          bft.stream()
              .anyMatch(other ->
                  other.getPort() == consenter.getPort()
                      && other.getHost().equals(consenter.getHost())
                      && other.getServerTlsCert().equals(consenter.getServerTlsCert())
                      && other.getClientTlsCert().equals(consenter.getClientTlsCert()));
      if (!found) {
        return Optional.of(
            "No suitable BFT consenter for Raft consenter: "
                + consenter.getHost()
                + ":"
                + consenter.getPort());
      }
    }
    return Optional.empty();
  }

  /// What an update changes beside the consensus type's value, if anything.
  private static Optional<String> otherChange(Envelope update) {
    ConfigGroup written;
    try {
      ConfigUpdateEnvelope envelope =
          ConfigUpdateEnvelope.parseFrom(Payload.parseFrom(update.getPayload()).getData());
      written = ConfigUpdate.parseFrom(envelope.getConfigUpdate()).getWriteSet();
    } catch (InvalidProtocolBufferException e) {
      return Optional.of("config update unmarshalling error: " + e.getMessage());
    }
    if (written.getGroupsCount() == 0) {
      return Optional.of("config update contains no changes");
    }
    if (written.getValuesCount() > 0) {
      return Optional.of("config update contains changes to values in group Channel");
    }
    if (written.getGroupsCount() > 1) {
      return Optional.of("config update contains changes to more than one group");
    }
    ConfigGroup orderer = written.getGroupsMap().get(ConfigKeys.ORDERER);
    if (orderer == null) {
      return Optional.of("update does not contain the Orderer group");
    }
    if (orderer.getGroupsCount() > 0) {
      return Optional.of("config update contains changes to groups within the Orderer group");
    }
    if (!orderer.containsValues(ConfigKeys.CONSENSUS_TYPE)) {
      return Optional.of("config update does not contain the ConsensusType value");
    }
    return orderer.getValuesCount() > 1
        ? Optional.of(
            "config update contain more then just the ConsensusType value in the Orderer group")
        : Optional.empty();
  }

  private static String state(ConsensusType type) {
    return type.maintenance() ? MAINTENANCE : NORMAL;
  }
}
