package io.denim.lifecycle;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.MspManager;
import io.denim.ledger.TransactionSimulator;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.SignaturePolicies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.OrganizationUnit;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// What a definition must look like to be approved or committed (fabric v3.1.5
/// core/chaincode/lifecycle/scc.go).
final class DefinitionChecks {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9_.+-]+");
  private static final Pattern COLLECTION = Pattern.compile("[A-Za-z0-9-][A-Za-z0-9_-]*");
  private static final Set<String> SYSTEM = Set.of("cscc", "escc", "lscc", "qscc", "vscc");

  private final ChaincodeDefinitions definitions;

  DefinitionChecks(ChaincodeDefinitions definitions) {
    this.definitions = definitions;
  }

  void check(
      String name, String version, CollectionConfigPackage collections, Invocation invocation)
      throws LifecycleException {
    try {
      checkNames(name, version);
      List<StaticCollectionConfig> proposed = staticConfigs(collections);
      checkCollections(proposed, invocation.channel());
      checkAgainstCommitted(name, proposed, invocation.simulator());
    } catch (LifecycleException e) {
      throw e.during("error validating chaincode definition");
    }
  }

  private static void checkNames(String name, String version) throws LifecycleException {
    if (!NAME.matcher(name).matches()) {
      throw new LifecycleException(
          "invalid chaincode name '"
              + name
              + "'. Names can only consist of alphanumerics, '_', and '-' and can only begin with"
              + " alphanumerics");
    }
    if (SYSTEM.contains(name)) {
      throw new LifecycleException(
          "chaincode name '" + name + "' is the name of a system chaincode");
    }
    if (!VERSION.matcher(version).matches()) {
      throw new LifecycleException(
          "invalid chaincode version '"
              + version
              + "'. Versions can only consist of alphanumerics, '_', '-', '+', and '.'");
    }
  }

  private static List<StaticCollectionConfig> staticConfigs(CollectionConfigPackage collections)
      throws LifecycleException {
    List<StaticCollectionConfig> configs = new ArrayList<>();
    for (CollectionConfig config : collections.getConfigList()) {
      if (!config.hasStaticCollectionConfig()) {
        throw new LifecycleException("collection config contains unexpected payload type: <nil>");
      }
      configs.add(config.getStaticCollectionConfig());
    }
    return configs;
  }

  private static void checkCollections(List<StaticCollectionConfig> configs, ChannelConfig channel)
      throws LifecycleException {
    Map<String, StaticCollectionConfig> seen = new HashMap<>();
    for (StaticCollectionConfig config : configs) {
      String name = config.getName();
      if (!COLLECTION.matcher(name).matches()) {
        throw new LifecycleException(
            "invalid collection name '"
                + name
                + "'. Names can only consist of alphanumerics, '_', and '-' and cannot begin with"
                + " '_'");
      }
      if (seen.put(name, config) != null) {
        throw new LifecycleException(
            "collection-name: " + name + " -- found duplicate in collection configuration");
      }
      int required = config.getRequiredPeerCount();
      if (config.getMaximumPeerCount() < required) {
        throw new LifecycleException(
            "collection-name: "
                + name
                + " -- maximum peer count ("
                + config.getMaximumPeerCount()
                + ") cannot be less than the required peer count ("
                + required
                + ")");
      }
      if (required < 0) {
        throw new LifecycleException(
            "collection-name: "
                + name
                + " -- requiredPeerCount ("
                + required
                + ") cannot be less than zero");
      }
      checkMembers(config, channel.msps());
    }
  }

  private static void checkMembers(StaticCollectionConfig config, MspManager msps)
      throws LifecycleException {
    String name = config.getName();
    if (!config.hasMemberOrgsPolicy()) {
      throw new LifecycleException(
          "collection member policy is not set for collection '" + name + "'");
    }
    if (!config.getMemberOrgsPolicy().hasSignaturePolicy()) {
      throw new LifecycleException(
          "collection member org policy is empty for collection '" + name + "'");
    }
    var policy = config.getMemberOrgsPolicy().getSignaturePolicy();
    try {
      SignaturePolicies.compile(policy, msps);
    } catch (PolicyConfigException e) {
      throw new LifecycleException(
          "invalid member org policy for collection '" + name + "': " + e.getMessage(), e);
    }
    checkOnlyOr(name, policy.getRule());
    for (MSPPrincipal principal : policy.getIdentitiesList()) {
      checkPrincipal(name, principal, msps);
    }
  }

  private static void checkOnlyOr(String name, SignaturePolicy rule) throws LifecycleException {
    if (!rule.hasNOutOf()) {
      return;
    }
    if (rule.getNOutOf().getN() != 1) {
      throw new LifecycleException(
          "collection-name: "
              + name
              + " -- error in member org policy: signature policy is not an OR concatenation,"
              + " NOutOf "
              + rule.getNOutOf().getN());
    }
    for (SignaturePolicy below : rule.getNOutOf().getRulesList()) {
      checkOnlyOr(name, below);
    }
  }

  private static void checkPrincipal(String name, MSPPrincipal principal, MspManager msps)
      throws LifecycleException {
    String mspId;
    try {
      switch (principal.getPrincipalClassification()) {
        case ROLE -> mspId = MSPRole.parseFrom(principal.getPrincipal()).getMspIdentifier();
        case ORGANIZATION_UNIT ->
            mspId = OrganizationUnit.parseFrom(principal.getPrincipal()).getMspIdentifier();
        case IDENTITY -> {
          if (msps.deserialize(principal.getPrincipal()) instanceof IdentityOutcome.Refused) {
            throw new LifecycleException(
                "collection-name: "
                    + name
                    + " -- contains an identity that is not part of the channel");
          }
          return;
        }
        default ->
            throw new LifecycleException(
                "collection-name: "
                    + name
                    + " -- principal type "
                    + principal.getPrincipalClassification()
                    + " is not supported");
      }
    } catch (InvalidProtocolBufferException e) {
      throw new LifecycleException(
          "collection-name: "
              + name
              + " -- cannot unmarshal identity bytes into "
              + (principal.getPrincipalClassification() == MSPPrincipal.Classification.ROLE
                  ? "MSPRole"
                  : "OrganizationUnit")
              + ": "
              + e.getMessage(),
          e);
    }
    if (msps.msp(mspId).isEmpty()) {
      throw new LifecycleException(
          "collection-name: "
              + name
              + " -- collection member '"
              + mspId
              + "' is not part of the channel");
    }
  }

  /// Collections cannot be taken away, nor live longer or shorter than before.
  private void checkAgainstCommitted(
      String name, List<StaticCollectionConfig> proposed, TransactionSimulator simulator)
      throws LifecycleException {
    Optional<ChaincodeDefinition> committed;
    try {
      committed = definitions.definition(name, simulator);
      if (committed.isEmpty()) {
        RunnableChaincodes.readLegacy(name, simulator);
      }
    } catch (LifecycleException e) {
      throw e.during("could not retrieve committed definition for chaincode '" + name + "'");
    }
    if (committed.isEmpty() || committed.get().collections().getConfigCount() == 0) {
      return;
    }
    if (proposed.isEmpty()) {
      throw new LifecycleException(
          "the proposed collection config does not contain previously defined collections");
    }
    Map<String, StaticCollectionConfig> byName = new HashMap<>();
    proposed.forEach(config -> byName.put(config.getName(), config));
    for (CollectionConfig config : committed.get().collections().getConfigList()) {
      if (!config.hasStaticCollectionConfig()) {
        throw new LifecycleException("unknown collection configuration type");
      }
      StaticCollectionConfig old = config.getStaticCollectionConfig();
      StaticCollectionConfig kept = byName.get(old.getName());
      if (kept == null) {
        throw new LifecycleException(
            "existing collection ["
                + old.getName()
                + "] missing in the proposed collection configuration");
      }
      if (kept.getBlockToLive() != old.getBlockToLive()) {
        throw new LifecycleException(
            "the BlockToLive in an existing collection ["
                + old.getName()
                + "] modified. Existing value ["
                + old.getBlockToLive()
                + "]");
      }
    }
  }
}
