package io.denim.testnet;

import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import io.denim.identity.Cryptogen;
import io.denim.identity.Cryptogen.NodeSpec;
import io.denim.identity.Cryptogen.OrganizationSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.Block;

/// Makes what a network needs before its nodes can start: keys and certificates, and the channel's
/// first block.
final class NetworkFiles {
  private static final List<String> LOCAL_NAMES = List.of("localhost", "127.0.0.1", "::1");
  private static final int USERS = 1;
  private static final long MAX_MESSAGE_BYTES = 99L * 1024 * 1024;
  private static final long PREFERRED_BLOCK_BYTES = 2L * 1024 * 1024;

  private final NetworkPlan plan;
  private final NetworkDirectory directory;
  private final InstantSource clock;

  NetworkFiles(NetworkPlan plan, NetworkDirectory directory, InstantSource clock) {
    this.plan = plan;
    this.directory = directory;
    this.clock = clock;
  }

  /// Writes what is not there yet.
  ///
  /// @throws IOException if a file cannot be written
  void create() throws IOException {
    if (!Files.isDirectory(directory.organizations())) {
      createCrypto();
    }
    Path genesis = directory.genesisBlock(plan.spec().channel());
    if (!Files.exists(genesis)) {
      Files.createDirectories(genesis.getParent());
      Files.write(genesis, genesisBlock().toByteArray());
    }
  }

  /// All in a folder beside, then moved, so that a killed process leaves no half of it.
  private void createCrypto() throws IOException {
    Path draft = directory.root().resolve("organizations.draft");
    Trees.delete(draft);
    Cryptogen.generate(
        draft,
        plan.organizations().stream().map(NetworkFiles::organization).toList(),
        List.of(
            new OrganizationSpec(
                "Orderer",
                NetworkPlan.ORDERER_DOMAIN,
                true,
                plan.orderers().stream().map(orderer -> node(orderer.hostname())).toList(),
                0)),
        clock);
    addEnrolledNames(draft);
    ConnectionProfile.writeAll(draft, plan);
    Files.move(draft, directory.organizations());
  }

  /// Users' certificates are there twice: under cryptogen's names, and as `cert.pem`, under which a
  /// CA's client leaves them and a part of fabric-samples' applications looks for them.
  private void addEnrolledNames(Path draft) throws IOException {
    for (NetworkPlan.Organization organization : plan.organizations()) {
      Path below = directory.organizations().relativize(directory.organization(organization));
      try (Stream<Path> found = Files.list(draft.resolve(below).resolve("users"))) {
        for (Path user : found.toList()) {
          Path folder = user.resolve("msp/signcerts");
          Files.copy(folder.resolve(user.getFileName() + "-cert.pem"), folder.resolve("cert.pem"));
        }
      }
    }
  }

  private static OrganizationSpec organization(NetworkPlan.Organization organization) {
    return new OrganizationSpec(
        organization.name(),
        organization.domain(),
        true,
        organization.peers().stream().map(peer -> node(peer.hostname())).toList(),
        USERS);
  }

  private static NodeSpec node(String hostname) {
    return new NodeSpec(hostname.substring(0, hostname.indexOf('.')), LOCAL_NAMES);
  }

  private Block genesisBlock() throws IOException {
    ProfileSpec.Orderer orderer =
        new ProfileSpec.Orderer(
            consensus(),
            new ProfileSpec.Batch(
                plan.spec().timeout(),
                new BatchSize(plan.spec().batch(), MAX_MESSAGE_BYTES, PREFERRED_BLOCK_BYTES)),
            List.of(),
            0,
            List.of(ordererOrganization()),
            Set.of("V2_0"),
            ProfileSpec.Orderer.customaryPolicies());
    ProfileSpec.Application application =
        new ProfileSpec.Application(
            plan.organizations().stream().map(this::applicationOrganization).toList(),
            Set.of("V2_5"),
            applicationPolicies(),
            Map.of());
    try {
      return GenesisBlocks.of(
          plan.spec().channel(), ProfileSpec.of(orderer, application, Set.of("V3_0")), clock);
    } catch (ChannelConfigException e) {
      throw new IOException("the channel's first block cannot be made: " + e.getMessage(), e);
    }
  }

  private ProfileSpec.Consensus consensus() {
    return new ProfileSpec.Raft(
        plan.orderers().stream().map(this::consenter).toList(), ProfileSpec.Raft.CUSTOMARY_OPTIONS);
  }

  private ProfileSpec.RaftConsenter consenter(NetworkPlan.Orderer orderer) {
    Path certificate = directory.ordererCrypto(orderer).resolve("tls/server.crt");
    return new ProfileSpec.RaftConsenter("localhost", orderer.port(), certificate, certificate);
  }

  private ProfileSpec.Organization ordererOrganization() {
    String msp = NetworkPlan.ORDERER_MSP;
    return new ProfileSpec.Organization(
        "OrdererOrg",
        msp,
        directory.ordererOrganization().resolve("msp"),
        Map.of(
            "Readers", ProfileSpec.PolicyRule.signature("OR('" + msp + ".member')"),
            "Writers", ProfileSpec.PolicyRule.signature("OR('" + msp + ".member')"),
            "Admins", ProfileSpec.PolicyRule.signature("OR('" + msp + ".admin')")),
        List.of(),
        plan.orderers().stream().map(NetworkPlan.Orderer::address).toList(),
        false);
  }

  private ProfileSpec.Organization applicationOrganization(NetworkPlan.Organization organization) {
    String msp = organization.mspId();
    return new ProfileSpec.Organization(
        msp,
        msp,
        directory.organization(organization).resolve("msp"),
        Map.of(
            "Readers",
                ProfileSpec.PolicyRule.signature(
                    "OR('%1$s.admin', '%1$s.peer', '%1$s.client')".formatted(msp)),
            "Writers",
                ProfileSpec.PolicyRule.signature("OR('%1$s.admin', '%1$s.client')".formatted(msp)),
            "Admins", ProfileSpec.PolicyRule.signature("OR('%s.admin')".formatted(msp)),
            "Endorsement", ProfileSpec.PolicyRule.signature("OR('%s.peer')".formatted(msp))),
        List.of(new ProfileSpec.AnchorPeer("localhost", organization.peers().getFirst().port())),
        List.of(),
        false);
  }

  private static Map<String, ProfileSpec.PolicyRule> applicationPolicies() {
    return Map.of(
        "Readers", ProfileSpec.PolicyRule.implicitMeta("ANY Readers"),
        "Writers", ProfileSpec.PolicyRule.implicitMeta("ANY Writers"),
        "Admins", ProfileSpec.PolicyRule.implicitMeta("MAJORITY Admins"),
        "LifecycleEndorsement", ProfileSpec.PolicyRule.implicitMeta("MAJORITY Endorsement"),
        "Endorsement", ProfileSpec.PolicyRule.implicitMeta("MAJORITY Endorsement"));
  }
}
