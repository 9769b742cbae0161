package io.denim.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.core.ChannelMember;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.MspManager;
import io.denim.ledger.CollectionName;
import io.denim.ledger.QueryExecutor;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.ImplicitCollections;
import io.denim.lifecycle.LifecycleException;
import io.denim.policy.Policy;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignaturePolicies;
import io.denim.policy.SignedData;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.OrganizationUnit;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// Tells who is a member of a private-data collection: whoever satisfies its member policy (fabric
/// v3.1.5 core/common/privdata/collection.go). Safe for use by any thread.
record CollectionMembership(ChaincodeDefinitions definitions, Identity self) {
  /// Whether this peer is a member: by the policy, or since the policy names its organization.
  boolean isMember(PeerChannel channel, CollectionName name) {
    Optional<StaticCollectionConfig> collection = latest(channel, name);
    return collection.isPresent()
        && (organizations(collection.get()).contains(self.mspId())
            || policy(channel, collection.get())
                .filter(policy ->
                    policy.evaluateIdentities(List.of(self)) instanceof PolicyOutcome.Satisfied)
                .isPresent());
  }

  /// Whether whoever signed a request is a member.
  boolean isMember(PeerChannel channel, CollectionName name, SignedData request) {
    return latest(channel, name)
        .filter(collection -> isMember(channel, collection, request))
        .isPresent();
  }

  /// Whether whoever signed a request is a member of a collection as it is, or was, defined.
  boolean isMember(PeerChannel channel, StaticCollectionConfig collection, SignedData request) {
    return policy(channel, collection)
        .filter(policy -> policy.evaluate(List.of(request)) instanceof PolicyOutcome.Satisfied)
        .isPresent();
  }

  /// Finds members among other peers; each is judged once.
  Predicate<ChannelMember> members(PeerChannel channel, StaticCollectionConfig collection) {
    MspManager msps = channel.config().msps();
    Optional<Policy> policy = policy(channel, collection);
    Map<ChannelMember, Boolean> judged = new HashMap<>();
    return peer ->
        policy.isPresent()
            && judged.computeIfAbsent(peer, each -> isMember(policy.get(), msps, each));
  }

  private static boolean isMember(Policy policy, MspManager msps, ChannelMember peer) {
    return msps.identity(peer.member().identity()) instanceof IdentityOutcome.Accepted(var identity)
        && policy.evaluateIdentities(List.of(identity)) instanceof PolicyOutcome.Satisfied;
  }

  /// A collection as it is defined now.
  Optional<StaticCollectionConfig> latest(PeerChannel channel, CollectionName name) {
    try (QueryExecutor state = channel.ledger().queryExecutor()) {
      return definitions.collection(name.namespace(), name.collection(), state);
    } catch (LifecycleException e) {
      return Optional.empty(); // a collection that cannot be read has no members
    }
  }

  /// A collection as it was defined when a block was committed.
  Optional<StaticCollectionConfig> before(PeerChannel channel, CollectionName name, long block) {
    if (ImplicitCollections.mspIdOf(name.collection()).isPresent()) {
      return latest(channel, name); // it never changes
    }
    return channel.ledger().collectionsBelow(name.namespace(), block).stream()
        .flatMap(all -> all.getConfigList().stream())
        .map(CollectionConfig::getStaticCollectionConfig)
        .filter(config -> config.getName().equals(name.collection()))
        .findFirst();
  }

  /// The organizations that a collection's policy names.
  static Set<String> organizations(StaticCollectionConfig collection) {
    Set<String> mspIds = new HashSet<>();
    for (MSPPrincipal principal :
        collection.getMemberOrgsPolicy().getSignaturePolicy().getIdentitiesList()) {
      organization(principal).ifPresent(mspIds::add);
    }
    return mspIds;
  }

  private static Optional<String> organization(MSPPrincipal principal) {
    try {
      return switch (principal.getPrincipalClassification()) {
        case ROLE -> Optional.of(MSPRole.parseFrom(principal.getPrincipal()).getMspIdentifier());
        case ORGANIZATION_UNIT ->
            Optional.of(OrganizationUnit.parseFrom(principal.getPrincipal()).getMspIdentifier());
        case IDENTITY, ANONYMITY, COMBINED, UNRECOGNIZED -> Optional.empty();
      };
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty(); // the policy itself refuses it
    }
  }

  private static Optional<Policy> policy(PeerChannel channel, StaticCollectionConfig collection) {
    try {
      return Optional.of(
          SignaturePolicies.compile(
              collection.getMemberOrgsPolicy().getSignaturePolicy(), channel.config().msps()));
    } catch (PolicyConfigException e) {
      return Optional.empty(); // a policy that cannot be used has no members
    }
  }
}
