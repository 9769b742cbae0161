package io.denim.testnet;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The `CORE_…` and `ORDERER_…` variables with which executables are told of a network's first peer
/// and first orderer.
final class NodeVariables {
  private NodeVariables() {}

  /// For the orderer.
  static Map<String, String> ofOrderer(NetworkDirectory directory, NetworkPlan plan) {
    NetworkPlan.Orderer orderer = plan.orderers().getFirst();
    Path crypto = directory.ordererCrypto(orderer);
    String certificate = crypto.resolve("tls/server.crt").toString();
    String key = crypto.resolve("tls/server.key").toString();
    String roots = "[" + crypto.resolve("tls/ca.crt") + "]";
    return Map.ofEntries(
        Map.entry("FABRIC_CFG_PATH", directory.root().toString()),
        Map.entry("ORDERER_GENERAL_LISTENPORT", Integer.toString(orderer.port())),
        Map.entry("ORDERER_GENERAL_LOCALMSPID", NetworkPlan.ORDERER_MSP),
        Map.entry("ORDERER_GENERAL_LOCALMSPDIR", crypto.resolve("msp").toString()),
        Map.entry("ORDERER_GENERAL_TLS_ENABLED", "true"),
        Map.entry("ORDERER_GENERAL_TLS_PRIVATEKEY", key),
        Map.entry("ORDERER_GENERAL_TLS_CERTIFICATE", certificate),
        Map.entry("ORDERER_GENERAL_TLS_ROOTCAS", roots),
        Map.entry("ORDERER_FILELEDGER_LOCATION", directory.data("orderer").toString()),
        Map.entry("ORDERER_ADMIN_LISTENADDRESS", orderer.adminAddress()),
        Map.entry("ORDERER_ADMIN_TLS_ENABLED", "true"),
        Map.entry("ORDERER_ADMIN_TLS_PRIVATEKEY", key),
        Map.entry("ORDERER_ADMIN_TLS_CERTIFICATE", certificate),
        Map.entry("ORDERER_ADMIN_TLS_ROOTCAS", roots),
        Map.entry("ORDERER_ADMIN_TLS_CLIENTROOTCAS", roots),
        Map.entry("ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED", "true"),
        Map.entry("ORDERER_OPERATIONS_LISTENADDRESS", "localhost:" + orderer.operationsPort()));
  }

  /// For the peer itself.
  static Map<String, String> ofPeer(NetworkDirectory directory, NetworkPlan plan) {
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
