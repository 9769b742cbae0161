package io.denim.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where everything of a network lies. Crypto material is laid out as fabric-samples' test-network
/// has it.
public record NetworkDirectory(Path root) {
  public NetworkDirectory {
    root = root.toAbsolutePath().normalize();
  }

  public Path organizations() {
    return root.resolve("organizations");
  }

  /// The folder of an organization with peers.
  public Path organization(NetworkPlan.Organization organization) {
    return organizations().resolve("peerOrganizations").resolve(organization.domain());
  }

  public Path ordererOrganization() {
    return organizations().resolve("ordererOrganizations").resolve(NetworkPlan.ORDERER_DOMAIN);
  }

  /// A peer's own MSP and TLS files.
  public Path peerCrypto(NetworkPlan.Organization organization, NetworkPlan.Peer peer) {
    return organization(organization).resolve("peers").resolve(peer.hostname());
  }

  public Path ordererCrypto(NetworkPlan.Orderer orderer) {
    return ordererOrganization().resolve("orderers").resolve(orderer.hostname());
  }

  /// A user's own MSP and TLS files.
  ///
  /// @param user such as `Admin` or `User1`
  public Path user(NetworkPlan.Organization organization, String user) {
    return organization(organization).resolve("users").resolve(user + "@" + organization.domain());
  }

  public Path ordererAdmin() {
    return ordererOrganization().resolve("users").resolve("Admin@" + NetworkPlan.ORDERER_DOMAIN);
  }

  /// The certificate and key of an organization's CA, by cryptogen's names.
  public Path authority(NetworkPlan.Authority authority) {
    String kind =
        authority.domain().equals(NetworkPlan.ORDERER_DOMAIN)
            ? "ordererOrganizations"
            : "peerOrganizations";
    return organizations().resolve(kind).resolve(authority.domain()).resolve("ca");
  }

  /// What a CA's server keeps, where test-network has it.
  public Path authorityServer(NetworkPlan.Authority authority) {
    return organizations().resolve("fabric-ca").resolve(authority.folder());
  }

  /// A node's ledgers and other data.
  public Path data(String hostname) {
    return root.resolve("nodes").resolve(hostname);
  }

  public Path genesisBlock(String channel) {
    return root.resolve("channel-artifacts").resolve(channel + ".block");
  }

  /// Deletes all that a network leaves, and the folder if nothing else is in it.
  void delete() throws IOException {
    for (Path made : generated()) {
      Trees.delete(made);
    }
    Files.deleteIfExists(processFile());
    Files.deleteIfExists(log());
    if (Files.exists(root) && Trees.isEmpty(root)) {
      Files.delete(root);
    }
  }

  /// All that a network's first start makes, but for its log.
  List<Path> generated() {
    return List.of(
        root.resolve("organizations.draft"),
        organizations(),
        root.resolve("channel-artifacts"),
        root.resolve("nodes"),
        plan());
  }

  /// How the network was laid out.
  public Path plan() {
    return root.resolve("network.json");
  }

  /// The process that runs the network.
  public Path processFile() {
    return root.resolve("denim.pid");
  }

  public Path log() {
    return root.resolve("denim.log");
  }
}
