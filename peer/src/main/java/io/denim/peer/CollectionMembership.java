package io.denim.peer;

import io.denim.ledger.CollectionName;
import io.denim.ledger.QueryExecutor;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.LifecycleException;
import io.denim.policy.Policy;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignaturePolicies;
import io.denim.policy.SignedData;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// Tells who is a member of a private-data collection: whoever satisfies its member policy (fabric
/// v3.1.5 core/common/privdata/collection.go). Safe for use by any thread.
record CollectionMembership(ChaincodeDefinitions definitions, io.denim.identity.Identity self) {
  /// Whether this peer is a member.
  boolean isMember(PeerChannel channel, CollectionName name) {
    return policy(channel, name)
        .map(policy -> policy.evaluateIdentities(List.of(self)) instanceof PolicyOutcome.Satisfied)
        .orElse(false);
  }

  /// Whether whoever signed a request is a member.
  boolean isMember(PeerChannel channel, CollectionName name, SignedData request) {
    return policy(channel, name)
        .map(policy -> policy.evaluate(List.of(request)) instanceof PolicyOutcome.Satisfied)
        .orElse(false);
  }

  private Optional<Policy> policy(PeerChannel channel, CollectionName name) {
    try (QueryExecutor state = channel.ledger().queryExecutor()) {
      Optional<StaticCollectionConfig> collection =
          definitions.collection(name.namespace(), name.collection(), state);
      if (collection.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          SignaturePolicies.compile(
              collection.get().getMemberOrgsPolicy().getSignaturePolicy(),
              channel.config().msps()));
    } catch (LifecycleException | PolicyConfigException e) {
      return Optional.empty(); // a collection that cannot be read has no members
    }
  }
}
