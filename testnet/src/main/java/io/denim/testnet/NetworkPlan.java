package io.denim.testnet;

import java.util.ArrayList;
import java.util.List;

/// Who is in a network, under which name and on which ports. fabric-samples' test-network gives the
/// names and the ports of the first ones.
public record NetworkPlan(
    NetworkSpec spec, List<Organization> organizations, List<Orderer> orderers) {
  private static final String HOST = "localhost";
  private static final int ORGANIZATION_STEP = 2000;
  private static final int PEER_STEP = 1000;
  private static final int LATER_PEER_STEP = 10;
  private static final int ORDERER_STEP = 100;
  private static final int FIRST_OPERATIONS_PORT = 9443;

  public NetworkPlan {
    organizations = List.copyOf(organizations);
    orderers = List.copyOf(orderers);
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
    return new NetworkPlan(spec, organizations, orderers);
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
