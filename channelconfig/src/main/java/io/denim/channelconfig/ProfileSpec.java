package io.denim.channelconfig;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.orderer.etcdraft.Options;

/// What a new channel is to be like: a profile of `configtx.yaml`, or one made by a program (fabric
/// v3.1.5 internal/configtxgen/genesisconfig). {@link GenesisBlocks} makes its first block.
///
/// @param consortium the consortium's name, for system channels' clients; usually empty
/// @param consortiums organizations by consortium, for system channels; usually empty
/// @param capabilities of the channel level, such as `V2_0`
/// @param policies of the channel level: at least Readers, Writers and Admins
public record ProfileSpec(
    String consortium,
    Optional<Orderer> orderer,
    Optional<Application> application,
    Map<String, List<Organization>> consortiums,
    Set<String> capabilities,
    Map<String, PolicyRule> policies) {
  public ProfileSpec {
    consortiums = Map.copyOf(consortiums);
    capabilities = Set.copyOf(capabilities);
    policies = Map.copyOf(policies);
  }

  /// A channel as one usually wants it, with the customary policies.
  public static ProfileSpec of(Orderer orderer, Application application, Set<String> capabilities) {
    return new ProfileSpec(
        "",
        Optional.of(orderer),
        Optional.of(application),
        Map.of(),
        capabilities,
        PolicyRule.ofLevel());
  }

  /// A policy as text.
  ///
  /// @param type `Signature` or `ImplicitMeta`
  /// @param rule such as `OR('Org1MSP.member')` or `ANY Readers`
  public record PolicyRule(String type, String rule) {
    static final String SIGNATURE = "Signature";
    static final String IMPLICIT_META = "ImplicitMeta";

    public static PolicyRule signature(String rule) {
      return new PolicyRule(SIGNATURE, rule);
    }

    public static PolicyRule implicitMeta(String rule) {
      return new PolicyRule(IMPLICIT_META, rule);
    }

    /// The customary policies of a level that has organizations or sections below it.
    public static Map<String, PolicyRule> ofLevel() {
      return Map.of(
          ConfigKeys.READERS,
          implicitMeta("ANY Readers"),
          ConfigKeys.WRITERS,
          implicitMeta("ANY Writers"),
          ConfigKeys.ADMINS,
          implicitMeta("MAJORITY Admins"));
    }
  }

  /// The application level.
  ///
  /// @param acls policy by resource, relative to the application level or absolute
  public record Application(
      List<Organization> organizations,
      Set<String> capabilities,
      Map<String, PolicyRule> policies,
      Map<String, String> acls) {
    public Application {
      organizations = List.copyOf(organizations);
      capabilities = Set.copyOf(capabilities);
      policies = Map.copyOf(policies);
      acls = Map.copyOf(acls);
    }
  }

  /// An organization of either level.
  ///
  /// @param mspDirectory its MSP without keys: `cacerts`, `tlscacerts`, `config.yaml` and so on
  /// @param anchorPeers for application organizations
  /// @param ordererEndpoints `host:port`, for orderer organizations
  /// @param skipAsForeign whether the directory is not at hand, so that only the name is used
  public record Organization(
      String name,
      String mspId,
      Path mspDirectory,
      Map<String, PolicyRule> policies,
      List<AnchorPeer> anchorPeers,
      List<String> ordererEndpoints,
      boolean skipAsForeign) {
    public Organization {
      policies = Map.copyOf(policies);
      anchorPeers = List.copyOf(anchorPeers);
      ordererEndpoints = List.copyOf(ordererEndpoints);
    }
  }

  /// A peer that other organizations gossip with first.
  public record AnchorPeer(String host, int port) {}

  /// The orderer level.
  ///
  /// @param addresses global addresses; forbidden with channel capability V3_0
  /// @param policies at least Readers, Writers, Admins and BlockValidation
  public record Orderer(
      Consensus consensus,
      Batch batch,
      List<String> addresses,
      long maxChannels,
      List<Organization> organizations,
      Set<String> capabilities,
      Map<String, PolicyRule> policies) {
    public Orderer {
      addresses = List.copyOf(addresses);
      organizations = List.copyOf(organizations);
      capabilities = Set.copyOf(capabilities);
      policies = Map.copyOf(policies);
    }

    /// The customary policies of the orderer level.
    public static Map<String, PolicyRule> customaryPolicies() {
      return Map.of(
          ConfigKeys.READERS,
          PolicyRule.implicitMeta("ANY Readers"),
          ConfigKeys.WRITERS,
          PolicyRule.implicitMeta("ANY Writers"),
          ConfigKeys.ADMINS,
          PolicyRule.implicitMeta("MAJORITY Admins"),
          ConfigKeys.BLOCK_VALIDATION,
          PolicyRule.implicitMeta("ANY Writers"));
    }
  }

  /// When an orderer cuts a block.
  public record Batch(Duration timeout, BatchSize size) {
    /// Two seconds, 500 messages, 10 MiB at most, 2 MiB preferred.
    public static final Batch CUSTOMARY =
        new Batch(Duration.ofSeconds(2), new BatchSize(500, 10 << 20, 2 << 20));
  }

  /// How the channel is ordered.
  public sealed interface Consensus {}

  /// By a single node that keeps no log; Fabric 3 no longer knows it.
  public record Solo() implements Consensus {}

  /// By Raft.
  public record Raft(List<RaftConsenter> consenters, Options options) implements Consensus {
    /// Tick 500 ms, election after 10 ticks, 5 blocks in flight, a snapshot each 16 MiB.
    public static final Options CUSTOMARY_OPTIONS =
        Options.newBuilder()
            .setTickInterval("500ms")
            .setElectionTick(10)
            .setHeartbeatTick(1)
            .setMaxInflightBlocks(5)
            .setSnapshotIntervalSize(16 << 20)
            .build();

    public Raft {
      consenters = List.copyOf(consenters);
    }
  }

  /// @param clientTlsCertificate a file in PEM
  /// @param serverTlsCertificate a file in PEM
  public record RaftConsenter(
      String host, int port, Path clientTlsCertificate, Path serverTlsCertificate) {}

  /// By SmartBFT.
  public record Bft(
      List<BftConsenter> consenters, org.hyperledger.fabric.protos.orderer.smartbft.Options options)
      implements Consensus {
    /// What SmartBFT itself takes where nothing is configured.
    public static final org.hyperledger.fabric.protos.orderer.smartbft.Options CUSTOMARY_OPTIONS =
        org.hyperledger.fabric.protos.orderer.smartbft.Options.newBuilder()
            .setRequestBatchMaxCount(100)
            .setRequestBatchMaxBytes(10 << 20)
            .setRequestBatchMaxInterval("50ms")
            .setIncomingMessageBufferSize(200)
            .setRequestPoolSize(400)
            .setRequestForwardTimeout("2s")
            .setRequestComplainTimeout("20s")
            .setRequestAutoRemoveTimeout("3m0s")
            .setViewChangeResendInterval("5s")
            .setViewChangeTimeout("20s")
            .setLeaderHeartbeatTimeout("1m0s")
            .setLeaderHeartbeatCount(10)
            .setCollectTimeout("1s")
            .build();

    public Bft {
      consenters = List.copyOf(consenters);
    }
  }

  /// @param identity a file with the consenter's signing certificate in PEM
  /// @param clientTlsCertificate a file in PEM
  /// @param serverTlsCertificate a file in PEM
  public record BftConsenter(
      int id,
      String host,
      int port,
      String mspId,
      Path identity,
      Path clientTlsCertificate,
      Path serverTlsCertificate) {}
}
