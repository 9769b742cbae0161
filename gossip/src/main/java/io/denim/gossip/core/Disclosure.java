package io.denim.gossip.core;

import org.hyperledger.fabric.protos.gossip.Envelope;

/// Which peers may learn of which others: an organization's own peers of all, other organizations
/// only of those that both want to be reached from outside and be told of by the organization that
/// asks or is asked. Immutable.
///
/// Follows fabric v3.1.5 gossip/gossip/gossip_impl.go disclosurePolicy, peersByOriginOrgPolicy,
/// sendAndFilterSecrets.
///
/// @param own the MSP id of this peer's organization
record Disclosure(String own) {
  /// Whether a peer may be told of another.
  boolean mayKnow(Member listener, String subjectMspId, String subjectEndpoint) {
    if (subjectMspId.equals(listener.mspId())) {
      return true;
    }
    return subjectMspId.equals(own) && !subjectEndpoint.isEmpty() && !listener.endpoint().isEmpty();
  }

  /// Whether a message about a peer that others may pass on goes to this one.
  boolean mayForward(Member listener, String subjectMspId, String subjectEndpoint) {
    boolean subjectIsOwn = subjectMspId.equals(own);
    if (subjectIsOwn) {
      return listener.mspId().equals(own) || !subjectEndpoint.isEmpty();
    }
    return (listener.mspId().equals(own) || listener.mspId().equals(subjectMspId))
        && !listener.endpoint().isEmpty();
  }

  /// The message as the listener may see it.
  Envelope forListener(Envelope alive, String listenerMspId) {
    return listenerMspId.equals(own) ? alive : AliveMessages.withoutSecret(alive);
  }
}
