package io.denim.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes organizations' keys and certificates in cryptogen's layout, P-256 throughout.
///
/// Follows fabric v3.1.5 cmd/cryptogen, internal/cryptogen.
public final class Cryptogen {
  private final InstantSource clock;
  private final OrganizationFiles files;
  private final OrganizationSpec organization;
  private final CertificateAuthority signing;
  private final CertificateAuthority tls;

  private Cryptogen(
      Path folder,
      OrganizationSpec organization,
      CertificateAuthority signing,
      CertificateAuthority tls,
      InstantSource clock) {
    this.clock = clock;
    this.organization = organization;
    this.files = new OrganizationFiles(folder);
    this.signing = signing;
    this.tls = tls;
  }

  private static Cryptogen found(Path folder, OrganizationSpec organization, InstantSource clock) {
    String name = organization.authority();
    return new Cryptogen(
        folder,
        organization,
        CertificateAuthority.root(name, organization, clock),
        CertificateAuthority.root("tls" + name, organization, clock),
        clock);
  }

  /// An organization to make.
  ///
  /// @param domain such as `org1.example.com`, which names its folder
  /// @param nodeUnits whether `config.yaml` tells roles apart by organizational unit
  /// @param nodes its peers or orderers
  /// @param users how many besides the administrator; orderers' organizations have none
  /// @param authority the signing CA's common name; the TLS CA's is the same after `tls`
  /// @param place of its CAs and all whom they certify
  public record OrganizationSpec(
      String name,
      String domain,
      boolean nodeUnits,
      List<NodeSpec> nodes,
      int users,
      String authority,
      Place place) {
    public OrganizationSpec {
      nodes = List.copyOf(nodes);
    }

    /// An organization whose CA is called as usual.
    public OrganizationSpec(
        String name, String domain, boolean nodeUnits, List<NodeSpec> nodes, int users) {
      this(name, domain, nodeUnits, nodes, users, "ca." + domain, Place.CUSTOMARY);
    }

    /// An organization of nodes `<prefix>0` to `<prefix>n-1` that also answer as localhost,
    /// 127.0.0.1 and ::1.
    public static OrganizationSpec of(
        String name, String domain, String prefix, int count, int users) {
      List<NodeSpec> nodes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        nodes.add(new NodeSpec(prefix + i, List.of("localhost", "127.0.0.1", "::1")));
      }
      return new OrganizationSpec(name, domain, true, nodes, users);
    }
  }

  /// A node to make.
  ///
  /// @param hostname without domain
  /// @param commonName what its certificates are for; `hostname.domain` where it is absent
  /// @param alternativeNames host names and addresses that its TLS certificate also covers
  public record NodeSpec(
      String hostname, Optional<String> commonName, List<String> alternativeNames) {
    public NodeSpec {
      alternativeNames = List.copyOf(alternativeNames);
    }

    /// A node whose certificates are for `hostname.domain`.
    public NodeSpec(String hostname, List<String> alternativeNames) {
      this(hostname, Optional.empty(), alternativeNames);
    }
  }

  /// Writes `peerOrganizations` and `ordererOrganizations` under a directory. Keys are readable by
  /// the owner alone.
  ///
  /// @throws IOException if a file cannot be written
  public static void generate(
      Path directory,
      List<OrganizationSpec> peerOrganizations,
      List<OrganizationSpec> ordererOrganizations,
      InstantSource clock)
      throws IOException {
    for (OrganizationSpec organization : peerOrganizations) {
      Path folder = directory.resolve("peerOrganizations").resolve(organization.domain());
      found(folder, organization, clock).write("peers", "peer", organization.users());
    }
    for (OrganizationSpec organization : ordererOrganizations) {
      Path folder = directory.resolve("ordererOrganizations").resolve(organization.domain());
      found(folder, organization, clock).write("orderers", "orderer", 0);
    }
  }

  /// Adds what {@link #generate} would have made besides: organizations, and nodes and users of
  /// organizations that are there. What is there stays as it is.
  ///
  /// @throws IOException if a file cannot be written, or the files of a CA cannot be used
  public static void extend(
      Path directory,
      List<OrganizationSpec> peerOrganizations,
      List<OrganizationSpec> ordererOrganizations,
      InstantSource clock)
      throws IOException {
    for (OrganizationSpec organization : peerOrganizations) {
      Path folder = directory.resolve("peerOrganizations").resolve(organization.domain());
      if (Files.exists(folder)) {
        loaded(folder, organization, clock).add("peers", "peer", organization.users());
      } else {
        found(folder, organization, clock).write("peers", "peer", organization.users());
      }
    }
    for (OrganizationSpec organization : ordererOrganizations) {
      Path folder = directory.resolve("ordererOrganizations").resolve(organization.domain());
      if (Files.exists(folder)) {
        loaded(folder, organization, clock).add("orderers", "orderer", 0);
      } else {
        found(folder, organization, clock).write("orderers", "orderer", 0);
      }
    }
  }

  private static Cryptogen loaded(Path folder, OrganizationSpec organization, InstantSource clock)
      throws IOException {
    return new Cryptogen(
        folder,
        organization,
        CertificateAuthority.load(folder.resolve("ca")),
        CertificateAuthority.load(folder.resolve("tlsca")),
        clock);
  }

  private void write(String nodesFolder, String nodeUnit, int users) throws IOException {
    files.authority("ca", signing);
    files.authority("tlsca", tls);
    String admin = "Admin@" + organization.domain();
    Member administrator = member(admin, "admin", List.of());
    Optional<NamedCertificate> named = own(administrator);
    files.msp("msp", signing, tls, named, organization.nodeUnits());
    nodes(nodesFolder, nodeUnit, named);
    users(users);
    write("users/" + admin, administrator, named, "client");
  }

  private void add(String nodesFolder, String nodeUnit, int users) throws IOException {
    Optional<NamedCertificate> administrator = Optional.empty();
    if (!organization.nodeUnits()) {
      String admin = "Admin@" + organization.domain();
      administrator =
          Optional.of(
              new NamedCertificate(
                  admin, files.certificate("users/" + admin + "/msp/signcerts", admin)));
    }
    nodes(nodesFolder, nodeUnit, administrator);
    users(users);
  }

  private void nodes(String nodesFolder, String nodeUnit, Optional<NamedCertificate> administrator)
      throws IOException {
    for (NodeSpec node : organization.nodes()) {
      String commonName =
          node.commonName().orElseGet(() -> node.hostname() + "." + organization.domain());
      String folder = nodesFolder + "/" + commonName;
      if (!files.has(folder)) {
        List<String> names = new ArrayList<>(List.of(commonName, node.hostname()));
        names.addAll(node.alternativeNames());
        write(folder, member(commonName, nodeUnit, names), administrator, "server");
      }
    }
  }

  private void users(int users) throws IOException {
    for (int i = 1; i <= users; i++) {
      String commonName = "User" + i + "@" + organization.domain();
      String folder = "users/" + commonName;
      if (!files.has(folder)) {
        Member user = member(commonName, "client", List.of());
        write(folder, user, own(user), "client");
      }
    }
  }

  /// Without units for roles, a user counts as administrator of its own MSP directory.
  private Optional<NamedCertificate> own(Member user) {
    return organization.nodeUnits()
        ? Optional.empty()
        : Optional.of(new NamedCertificate(user.commonName(), user.certificate()));
  }

  private void write(
      String folder, Member member, Optional<NamedCertificate> admin, String tlsPrefix)
      throws IOException {
    files.msp(folder + "/msp", signing, tls, admin, organization.nodeUnits());
    files.member(folder + "/msp", member);
    files.tls(folder + "/tls", tls, member, tlsPrefix);
  }

  private Member member(String commonName, String unit, List<String> names) {
    Optional<String> role = organization.nodeUnits() ? Optional.of(unit) : Optional.empty();
    GeneratedKey key = GeneratedKey.generate();
    GeneratedKey tlsKey = GeneratedKey.generate();
    Certificate certificate =
        signing.issue(
            new CertificateRequest(
                organization.place(),
                commonName,
                Optional.empty(),
                role,
                CertificateRequest.Usage.SIGNING,
                List.of()),
            key,
            clock);
    Certificate tlsCertificate =
        tls.issue(
            new CertificateRequest(
                organization.place(),
                commonName,
                Optional.empty(),
                Optional.empty(),
                CertificateRequest.Usage.TLS,
                names),
            tlsKey,
            clock);
    return new Member(commonName, key, certificate, tlsKey, tlsCertificate);
  }

  /// A certificate with the name that its file has.
  record NamedCertificate(String commonName, Certificate certificate) {}

  /// A node or user with its keys.
  record Member(
      String commonName,
      GeneratedKey key,
      Certificate certificate,
      GeneratedKey tlsKey,
      Certificate tlsCertificate) {}
}
