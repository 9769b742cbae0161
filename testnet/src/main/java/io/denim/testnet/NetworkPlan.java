package io.denim.testnet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Who is in a network, under which name and on which ports. fabric-samples' test-network gives the
/// names and the ports of the first ones.
public record NetworkPlan(
    NetworkSpec spec,
    List<Organization> organizations,
    List<Orderer> orderers,
    List<Authority> authorities) {
  private static final String HOST = "localhost";
  private static final int ORGANIZATION_STEP = 2000;
  private static final int PEER_STEP = 1000;
  private static final int LATER_PEER_STEP = 10;
  private static final int ORDERER_STEP = 100;
  private static final int FIRST_OPERATIONS_PORT = 9443;
  private static final List<Integer> AUTHORITY_PORTS = List.of(7054, 8054);
  private static final int ORDERER_AUTHORITY_PORT = 9054;
  private static final int LATER_AUTHORITY_PORT = 11054;
  private static final int LATER_AUTHORITY_STEP = 1000;

  public NetworkPlan {
    organizations = List.copyOf(organizations);
    orderers = List.copyOf(orderers);
    authorities = List.copyOf(authorities);
  }

  /// An organization with peers.
  public record Organization(String name, String mspId, String domain, List<Peer> peers) {
    public Organization {
      peers = List.copyOf(peers);
    }
  }

  /// A peer.
  ///
  /// @param hostname its whole name, such as `peer0.org1.example.com`
  public record Peer(String hostname, int port, int chaincodePort, int operationsPort) {
    public String address() {
      return HOST + ":" + port;
    }
  }

  /// An orderer.
  ///
  /// @param hostname its whole name, such as `orderer.example.com`
  public record Orderer(String hostname, int port, int adminPort, int operationsPort) {
    public String address() {
      return HOST + ":" + port;
    }

    public String adminAddress() {
      return HOST + ":" + adminPort;
    }
  }

  /// An organization's CA.
  ///
  /// @param name by which clients ask for it, such as `ca-org1`
  /// @param folder of its server's files, such as `org1`
  /// @param domain of the organization
  public record Authority(String name, String folder, String domain, int port) {
    public String address() {
      return HOST + ":" + port;
    }
  }

  /// The MSP of all orderers.
  public static final String ORDERER_MSP = "OrdererMSP";

  /// The domain of all orderers.
  public static final String ORDERER_DOMAIN = "example.com";

  /// Lays a network out.
  static NetworkPlan of(NetworkSpec spec, Ports ports) {
    int operations = FIRST_OPERATIONS_PORT + 1; // the first one is the first orderer's
    List<Organization> organizations = new ArrayList<>();
    for (int number = 1; number <= spec.organizations(); number++) {
      String domain = "org" + number + ".example.com";
      List<Peer> peers = new ArrayList<>();
      for (int peer = 0; peer < spec.peers(); peer++) {
        int base = 7051 + (number - 1) * ORGANIZATION_STEP + offset(peer);
        peers.add(
            new Peer(
                "peer" + peer + "." + domain,
                ports.port(base),
                ports.port(base + 1),
                ports.port(operations++)));
      }
      organizations.add(new Organization("Org" + number, "Org" + number + "MSP", domain, peers));
    }
    List<Orderer> orderers = new ArrayList<>();
    for (int number = 1; number <= spec.orderers(); number++) {
      int base = 7050 + (number - 1) * ORDERER_STEP;
      orderers.add(
          new Orderer(
              (number == 1 ? "orderer" : "orderer" + number) + "." + ORDERER_DOMAIN,
              ports.port(base),
              ports.port(base + 3),
              ports.port(number == 1 ? FIRST_OPERATIONS_PORT : operations++)));
    }
    return new NetworkPlan(spec, organizations, orderers, authorities(organizations, ports));
  }

  /// Those of the organizations with peers in order, then the orderers'.
  private static List<Authority> authorities(List<Organization> organizations, Ports ports) {
    List<Authority> authorities = new ArrayList<>();
    for (int i = 0; i < organizations.size(); i++) {
      String name = organizations.get(i).name().toLowerCase(Locale.ROOT);
      int port =
          i < AUTHORITY_PORTS.size()
              ? AUTHORITY_PORTS.get(i)
              : LATER_AUTHORITY_PORT + (i - AUTHORITY_PORTS.size()) * LATER_AUTHORITY_STEP;
      authorities.add(
          new Authority("ca-" + name, name, organizations.get(i).domain(), ports.port(port)));
    }
    authorities.add(
        new Authority(
            "ca-orderer", "ordererOrg", ORDERER_DOMAIN, ports.port(ORDERER_AUTHORITY_PORT)));
    return authorities;
  }

  private static int offset(int peer) {
    return peer == 0 ? 0 : PEER_STEP + (peer - 1) * LATER_PEER_STEP;
  }

  /// All ports, in the order in which [#of] asks for them.
  List<Integer> ports() {
    List<Integer> ports = new ArrayList<>();
    for (Organization organization : organizations) {
      for (Peer peer : organization.peers()) {
        ports.addAll(List.of(peer.port(), peer.chaincodePort(), peer.operationsPort()));
      }
    }
    for (Orderer orderer : orderers) {
      ports.addAll(List.of(orderer.port(), orderer.adminPort(), orderer.operationsPort()));
    }
    authorities.forEach(authority -> ports.add(authority.port()));
    return ports;
  }

  /// How many peers there are in all.
  public int peerCount() {
    return organizations.stream().mapToInt(organization -> organization.peers().size()).sum();
  }

  /// An organization by its name, its number or its MSP id.
  ///
  /// @throws IllegalArgumentException if there is none, naming those there are
  public Organization organization(String name) {
    for (int i = 0; i < organizations.size(); i++) {
      Organization organization = organizations.get(i);
      if (name.equalsIgnoreCase(organization.name())
          || name.equals(organization.mspId())
          || name.equals(organization.domain())
          || name.equals(Integer.toString(i + 1))) {
        return organization;
      }
    }
    throw new IllegalArgumentException(
        "no organization '"
            + name
            + "'; there is "
            + String.join(", ", organizations.stream().map(Organization::name).toList()));
  }

  /// Gives ports.
  @FunctionalInterface
  interface Ports {
    /// @param customary what fabric-samples would use
    int port(int customary);
  }
}
