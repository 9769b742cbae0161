package io.denim.channelconfig;

import io.denim.node.GoDuration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.orderer.etcdraft.Options;

/// Reads how an `Orderer` table of a `configtx.yaml` is to be ordered. The tables of all kinds are
/// read, because all must be well-formed, but one is used.
final class Consensuses {
  private final ProfileReader reader;
  private final YamlNode node;

  Consensuses(ProfileReader reader, YamlNode node) {
    this.reader = reader;
    this.node = node;
  }

  ProfileSpec.Consensus read() throws ChannelConfigException {
    Optional<ProfileSpec.Raft> raft = raft(node.table("EtcdRaft"));
    ProfileSpec.Bft bft = new ProfileSpec.Bft(bftConsenters(), bftOptions(node.table("SmartBFT")));
    String type = node.text("OrdererType").orElse("");
    return switch (type.isEmpty() ? ConsensusType.SOLO : type) {
      case ConsensusType.SOLO -> new ProfileSpec.Solo();
      case ConsensusType.ETCD_RAFT -> checked(raft);
      case ConsensusType.BFT -> checked(bft);
      default -> throw new ChannelConfigException("unknown orderer type: " + type);
    };
  }

  private Optional<ProfileSpec.Raft> raft(Optional<YamlNode> table) throws ChannelConfigException {
    if (table.isEmpty()) {
      return Optional.empty();
    }
    List<ProfileSpec.RaftConsenter> consenters = new ArrayList<>();
    for (YamlNode consenter : table.get().tables("Consenters")) {
      consenters.add(
          new ProfileSpec.RaftConsenter(
              required(consenter, "Host", "host", ConsensusType.ETCD_RAFT),
              port(consenter, ConsensusType.ETCD_RAFT),
              file(consenter, "ClientTLSCert", "client TLS cert", ConsensusType.ETCD_RAFT),
              file(consenter, "ServerTLSCert", "server TLS cert", ConsensusType.ETCD_RAFT)));
      consenter.finish();
    }
    Options options = raftOptions(table.get().table("Options"));
    table.get().finish();
    return Optional.of(new ProfileSpec.Raft(consenters, options));
  }

  private static Options raftOptions(Optional<YamlNode> table) throws ChannelConfigException {
    Options customary = ProfileSpec.Raft.CUSTOMARY_OPTIONS;
    if (table.isEmpty()) {
      return customary;
    }
    YamlNode node = table.get();
    Options options =
        Options.newBuilder()
            .setTickInterval(
                node.text("TickInterval")
                    .filter(text -> !text.isEmpty())
                    .orElse(customary.getTickInterval()))
            .setElectionTick(number(node, "ElectionTick", customary.getElectionTick()))
            .setHeartbeatTick(number(node, "HeartbeatTick", customary.getHeartbeatTick()))
            .setMaxInflightBlocks(
                number(node, "MaxInflightBlocks", customary.getMaxInflightBlocks()))
            .setSnapshotIntervalSize(
                number(node, "SnapshotIntervalSize", customary.getSnapshotIntervalSize()))
            .build();
    node.finish();
    return options;
  }

  private static int number(YamlNode node, String key, int absent) throws ChannelConfigException {
    return (int) ProfileReader.orElse(node.number(key), Integer.toUnsignedLong(absent));
  }

  private static ProfileSpec.Raft checked(Optional<ProfileSpec.Raft> raft)
      throws ChannelConfigException {
    if (raft.isEmpty()) {
      throw new ChannelConfigException("etcdraft configuration missing");
    }
    if (raft.get().consenters().isEmpty()) {
      throw new ChannelConfigException("etcdraft configuration did not specify any consenter");
    }
    Options options = raft.get().options();
    try {
      GoDuration.parse(options.getTickInterval());
    } catch (IllegalArgumentException e) {
      throw new ChannelConfigException(
          "Etcdraft TickInterval ("
              + options.getTickInterval()
              + ") must be in time duration format",
          e);
    }
    if (Integer.compareUnsigned(options.getElectionTick(), options.getHeartbeatTick()) <= 0) {
      throw new ChannelConfigException("election tick must be greater than heartbeat tick");
    }
    return raft.get();
  }

  private List<ProfileSpec.BftConsenter> bftConsenters() throws ChannelConfigException {
    List<ProfileSpec.BftConsenter> consenters = new ArrayList<>();
    for (YamlNode consenter : node.tables("ConsenterMapping")) {
      String type = ConsensusType.BFT;
      consenters.add(
          new ProfileSpec.BftConsenter(
              (int) consenter.number("ID"),
              required(consenter, "Host", "host", type),
              port(consenter, type),
              required(consenter, "MSPID", "MSP ID", type),
              file(consenter, "Identity", "identity certificate", type),
              file(consenter, "ClientTLSCert", "client TLS cert", type),
              file(consenter, "ServerTLSCert", "server TLS cert", type)));
      consenter.finish();
    }
    return consenters;
  }

  private static ProfileSpec.Bft checked(ProfileSpec.Bft bft) throws ChannelConfigException {
    if (bft.consenters().isEmpty()) {
      throw new ChannelConfigException("BFT configuration did not specify any consenter");
    }
    return bft;
  }

  private static org.hyperledger.fabric.protos.orderer.smartbft.Options bftOptions(
      Optional<YamlNode> table) throws ChannelConfigException {
    if (table.isEmpty()) {
      return ProfileSpec.Bft.CUSTOMARY_OPTIONS;
    }
    YamlNode node = table.get();
    var options =
        org.hyperledger.fabric.protos.orderer.smartbft.Options.newBuilder()
            .setRequestBatchMaxCount(node.number("RequestBatchMaxCount"))
            .setRequestBatchMaxBytes(node.number("RequestBatchMaxBytes"))
            .setRequestBatchMaxInterval(node.text("RequestBatchMaxInterval").orElse(""))
            .setIncomingMessageBufferSize(node.number("IncomingMessageBufferSize"))
            .setRequestPoolSize(node.number("RequestPoolSize"))
            .setRequestForwardTimeout(node.text("RequestForwardTimeout").orElse(""))
            .setRequestComplainTimeout(node.text("RequestComplainTimeout").orElse(""))
            .setRequestAutoRemoveTimeout(node.text("RequestAutoRemoveTimeout").orElse(""))
            .setRequestMaxBytes(node.number("RequestMaxBytes"))
            .setViewChangeResendInterval(node.text("ViewChangeResendInterval").orElse(""))
            .setViewChangeTimeout(node.text("ViewChangeTimeout").orElse(""))
            .setLeaderHeartbeatTimeout(node.text("LeaderHeartbeatTimeout").orElse(""))
            .setLeaderHeartbeatCount(node.number("LeaderHeartbeatCount"))
            .setCollectTimeout(node.text("CollectTimeout").orElse(""))
            .setSyncOnStart(node.flag("SyncOnStart"))
            .setSpeedUpViewChange(node.flag("SpeedUpViewChange"))
            .setLeaderRotationValue((int) node.number("LeaderRotation"))
            .setDecisionsPerLeader(node.number("DecisionsPerLeader"))
            .build();
    node.finish();
    return options;
  }

  private Path file(YamlNode node, String key, String what, String type)
      throws ChannelConfigException {
    required(node, key, what, type);
    return reader.path(node, key);
  }

  private static int port(YamlNode node, String type) throws ChannelConfigException {
    long port = node.number("Port");
    if (port == 0) {
      throw missing("port", type);
    }
    return (int) port;
  }

  private static String required(YamlNode node, String key, String what, String type)
      throws ChannelConfigException {
    Optional<String> text = node.text(key);
    if (text.isEmpty() || text.get().isEmpty()) {
      throw missing(what, type);
    }
    return text.get();
  }

  private static ChannelConfigException missing(String what, String type) {
    return new ChannelConfigException(
        "consenter info in " + type + " configuration did not specify " + what);
  }
}
