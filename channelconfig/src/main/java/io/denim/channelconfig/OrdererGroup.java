package io.denim.channelconfig;

import com.google.protobuf.ByteString;
import io.denim.node.GoDuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.Consenter;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.Orderers;
import org.hyperledger.fabric.protos.common.Policy;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.hyperledger.fabric.protos.orderer.BatchSize;
import org.hyperledger.fabric.protos.orderer.BatchTimeout;
import org.hyperledger.fabric.protos.orderer.ChannelRestrictions;
import org.hyperledger.fabric.protos.orderer.ConsensusType;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;

/// Builds the `/Channel/Orderer` group of a profile (fabric v3.1.5 internal/configtxgen/encoder).
final class OrdererGroup {
  private static final int MAX_CERTIFICATE_BYTES = 1 << 20;

  private OrdererGroup() {}

  static ConfigGroup of(ProfileSpec.Orderer orderer, boolean v3) throws ChannelConfigException {
    if (orderer.consensus() instanceof ProfileSpec.Bft && !v3) {
      throw new ChannelConfigException(
          "orderer type BFT must be used with V3_0 channel capability");
    }
    if (!orderer.addresses().isEmpty() && v3) {
      throw new ChannelConfigException(
          "global orderer endpoints exist, but can not be used with V3_0 capability: "
              + orderer.addresses());
    }
    ConfigGroup.Builder group = ConfigGroup.newBuilder().setModPolicy(ConfigKeys.ADMINS);
    addPolicies(group, orderer);
    addLimits(group, orderer);
    if (!orderer.capabilities().isEmpty()) {
      ChannelGroups.addValue(
          group, ConfigKeys.CAPABILITIES, Capabilities.proto(orderer.capabilities()));
    }
    ChannelGroups.addValue(
        group, ConfigKeys.CONSENSUS_TYPE, consensusType(group, orderer.consensus()));
    for (ProfileSpec.Organization organization : orderer.organizations()) {
      try {
        group.putGroups(organization.name(), ChannelGroups.ordererOrganization(organization, v3));
      } catch (ChannelConfigException e) {
        throw e.within("failed to create orderer org");
      }
    }
    return group.build();
  }

  private static void addPolicies(ConfigGroup.Builder group, ProfileSpec.Orderer orderer)
      throws ChannelConfigException {
    try {
      if (!orderer.policies().isEmpty()) {
        ChannelGroups.require(orderer.policies(), ConfigKeys.BLOCK_VALIDATION);
      }
      ChannelGroups.addPolicies(group, orderer.policies());
    } catch (ChannelConfigException e) {
      throw e.within("error adding policies to orderer group");
    }
  }

  private static void addLimits(ConfigGroup.Builder group, ProfileSpec.Orderer orderer) {
    var size = orderer.batch().size();
    ChannelGroups.addValue(
        group,
        ConfigKeys.BATCH_SIZE,
        BatchSize.newBuilder()
            .setMaxMessageCount((int) size.maxMessageCount())
            .setAbsoluteMaxBytes((int) size.absoluteMaxBytes())
            .setPreferredMaxBytes((int) size.preferredMaxBytes())
            .build());
    ChannelGroups.addValue(
        group,
        ConfigKeys.BATCH_TIMEOUT,
        BatchTimeout.newBuilder().setTimeout(GoDuration.format(orderer.batch().timeout())).build());
    ChannelGroups.addValue(
        group,
        ConfigKeys.CHANNEL_RESTRICTIONS,
        ChannelRestrictions.newBuilder().setMaxCount(orderer.maxChannels()).build());
  }

  private static ConsensusType consensusType(
      ConfigGroup.Builder group, ProfileSpec.Consensus consensus) throws ChannelConfigException {
    return switch (consensus) {
      case ProfileSpec.Solo solo ->
          ConsensusType.newBuilder().setType(io.denim.channelconfig.ConsensusType.SOLO).build();
      case ProfileSpec.Raft raft ->
          ConsensusType.newBuilder()
              .setType(io.denim.channelconfig.ConsensusType.ETCD_RAFT)
              .setMetadata(raftMetadata(raft).toByteString())
              .build();
      case ProfileSpec.Bft bft -> {
        List<Consenter> consenters = bftConsenters(bft);
        ChannelGroups.addValue(
            group,
            ConfigKeys.ORDERERS,
            Orderers.newBuilder().addAllConsenterMapping(consenters).build());
        ChannelGroups.addPolicy(
            group, ConfigKeys.BLOCK_VALIDATION, quorumOf(consenters), ConfigKeys.ADMINS);
        yield ConsensusType.newBuilder()
            .setType(io.denim.channelconfig.ConsensusType.BFT)
            .setMetadata(bft.options().toByteString())
            .build();
      }
    };
  }

  private static ConfigMetadata raftMetadata(ProfileSpec.Raft raft) throws ChannelConfigException {
    ConfigMetadata.Builder metadata = ConfigMetadata.newBuilder().setOptions(raft.options());
    for (ProfileSpec.RaftConsenter consenter : raft.consenters()) {
      String address = consenter.host() + ":" + consenter.port();
      try {
        metadata.addConsenters(
            org.hyperledger.fabric.protos.orderer.etcdraft.Consenter.newBuilder()
                .setHost(consenter.host())
                .setPort(consenter.port())
                .setClientTlsCert(
                    certificate(consenter.clientTlsCertificate(), "client cert", address))
                .setServerTlsCert(
                    certificate(consenter.serverTlsCertificate(), "server cert", address)));
      } catch (ChannelConfigException e) {
        throw e.within("cannot marshal metadata for orderer type etcdraft");
      }
    }
    return metadata.build();
  }

  private static List<Consenter> bftConsenters(ProfileSpec.Bft bft) throws ChannelConfigException {
    List<Consenter> consenters = new ArrayList<>();
    for (ProfileSpec.BftConsenter consenter : bft.consenters()) {
      String address = consenter.host() + ":" + consenter.port();
      try {
        consenters.add(
            Consenter.newBuilder()
                .setId(consenter.id())
                .setHost(consenter.host())
                .setPort(consenter.port())
                .setMspId(consenter.mspId())
                .setClientTlsCert(
                    certificate(consenter.clientTlsCertificate(), "client cert", address))
                .setServerTlsCert(
                    certificate(consenter.serverTlsCertificate(), "server cert", address))
                .setIdentity(certificate(consenter.identity(), "identity", address))
                .build());
      } catch (ChannelConfigException e) {
        throw e.within("cannot load consenter config for orderer type BFT");
      }
    }
    return consenters;
  }

  /// What BFT blocks must satisfy: the signatures of a quorum of the consenters themselves (fabric
  /// v3.1.5 common/policies/bft.go).
  static Policy quorumOf(List<Consenter> consenters) {
    int nodes = consenters.size();
    int faulty = (nodes - 1) / 3;
    int quorum = (nodes + faulty + 2) / 2;
    SignaturePolicy.NOutOf.Builder rule = SignaturePolicy.NOutOf.newBuilder().setN(quorum);
    SignaturePolicyEnvelope.Builder policy = SignaturePolicyEnvelope.newBuilder();
    for (int i = 0; i < nodes; i++) {
      rule.addRules(SignaturePolicy.newBuilder().setSignedBy(i));
      policy.addIdentities(
          MSPPrincipal.newBuilder()
              .setPrincipalClassification(MSPPrincipal.Classification.IDENTITY)
              .setPrincipal(
                  SerializedIdentity.newBuilder()
                      .setMspid(consenters.get(i).getMspId())
                      .setIdBytes(consenters.get(i).getIdentity())
                      .build()
                      .toByteString()));
    }
    return Policy.newBuilder()
        .setType(Policy.PolicyType.SIGNATURE_VALUE)
        .setValue(
            policy.setRule(SignaturePolicy.newBuilder().setNOutOf(rule)).build().toByteString())
        .build();
  }

  private static ByteString certificate(Path file, String what, String address)
      throws ChannelConfigException {
    try {
      if (Files.size(file) > MAX_CERTIFICATE_BYTES) {
        throw new IOException(file + " is larger than " + MAX_CERTIFICATE_BYTES + " bytes");
      }
      return ByteString.copyFrom(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new ChannelConfigException(
          "cannot load " + what + " for consenter " + address + ": " + e, e);
    }
  }
}
