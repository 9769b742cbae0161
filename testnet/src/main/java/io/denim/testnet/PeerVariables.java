package io.denim.testnet;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The `CORE_…` variables with which Fabric's executables are told of a network's first peer.
final class PeerVariables {
  private PeerVariables() {}

  /// For the peer itself.
  static Map<String, String> of(NetworkDirectory directory, NetworkPlan plan) {
    NetworkPlan.Organization organization = plan.organizations().getFirst();
    NetworkPlan.Peer peer = organization.peers().getFirst();
    Path crypto = directory.peerCrypto(organization, peer);
    Map<String, String> variables = new HashMap<>(common(directory, organization, peer));
    variables.put("CORE_PEER_ID", peer.hostname());
    variables.put("CORE_PEER_MSPCONFIGPATH", crypto.resolve("msp").toString());
    variables.put("CORE_PEER_TLS_CERT_FILE", crypto.resolve("tls/server.crt").toString());
    variables.put("CORE_PEER_TLS_KEY_FILE", crypto.resolve("tls/server.key").toString());
    variables.put("CORE_PEER_LISTENADDRESS", peer.address());
    variables.put("CORE_PEER_CHAINCODELISTENADDRESS", "localhost:" + peer.chaincodePort());
    variables.put("CORE_PEER_CHAINCODEADDRESS", "localhost:" + peer.chaincodePort());
    variables.put("CORE_PEER_GOSSIP_EXTERNALENDPOINT", peer.address());
    variables.put("CORE_PEER_GOSSIP_BOOTSTRAP", peer.address());
    variables.put("CORE_OPERATIONS_LISTENADDRESS", "localhost:" + peer.operationsPort());
    variables.put("CORE_PEER_FILESYSTEMPATH", directory.data(peer.hostname()).toString());
    variables.put(
        "CORE_LEDGER_SNAPSHOTS_ROOTDIR",
        directory.data(peer.hostname()).resolve("snapshots").toString());
    return variables;
  }

  /// For the command-line tools of the organization's administrator.
  static Map<String, String> ofAdministrator(NetworkDirectory directory, NetworkPlan plan) {
    NetworkPlan.Organization organization = plan.organizations().getFirst();
    NetworkPlan.Peer peer = organization.peers().getFirst();
    Map<String, String> variables = new HashMap<>(common(directory, organization, peer));
    variables.put(
        "CORE_PEER_MSPCONFIGPATH", directory.user(organization, "Admin").resolve("msp").toString());
    variables.put("DENIM_NETWORK", directory.root().toString());
    return variables;
  }

  private static Map<String, String> common(
      NetworkDirectory directory, NetworkPlan.Organization organization, NetworkPlan.Peer peer) {
    return Map.of(
        "FABRIC_CFG_PATH", directory.root().toString(),
        "CORE_PEER_ADDRESS", peer.address(),
        "CORE_PEER_LOCALMSPID", organization.mspId(),
        "CORE_PEER_TLS_ENABLED", "true",
        "CORE_PEER_TLS_ROOTCERT_FILE",
            directory.peerCrypto(organization, peer).resolve("tls/ca.crt").toString());
  }
}
