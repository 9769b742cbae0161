package io.denim.identity;

import java.io.IOException;
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

  private Cryptogen(Path folder, OrganizationSpec organization, InstantSource clock) {
    this.clock = clock;
    this.organization = organization;
    this.files = new OrganizationFiles(folder);
    this.signing = CertificateAuthority.root("ca." + organization.domain(), organization, clock);
    this.tls = CertificateAuthority.root("tlsca." + organization.domain(), organization, clock);
  }

  /// An organization to make.
  ///
  /// @param domain such as `org1.example.com`, which names its folder
  /// @param nodeUnits whether `config.yaml` tells roles apart by organizational unit
  /// @param nodes its peers or orderers
  /// @param users how many besides the administrator; orderers' organizations have none
  public record OrganizationSpec(
      String name, String domain, boolean nodeUnits, List<NodeSpec> nodes, int users) {
    public OrganizationSpec {
      nodes = List.copyOf(nodes);
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

  /// A node to make. Its certificates are for `hostname.domain`.
  ///
  /// @param hostname without domain
  /// @param alternativeNames host names and addresses that its TLS certificate also covers
  public record NodeSpec(String hostname, List<String> alternativeNames) {
    public NodeSpec {
      alternativeNames = List.copyOf(alternativeNames);
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
      new Cryptogen(folder, organization, clock).write("peers", "peer", organization.users());
    }
    for (OrganizationSpec organization : ordererOrganizations) {
      Path folder = directory.resolve("ordererOrganizations").resolve(organization.domain());
      new Cryptogen(folder, organization, clock).write("orderers", "orderer", 0);
    }
  }

  private void write(String nodesFolder, String nodeUnit, int users) throws IOException {
    String domain = organization.domain();
    files.authority("ca", signing);
    files.authority("tlsca", tls);
    String admin = "Admin@" + domain;
    Member administrator = member(admin, "admin", List.of());
    Optional<Member> adminCertificate =
        organization.nodeUnits() ? Optional.empty() : Optional.of(administrator);
    files.msp("msp", signing, tls, adminCertificate, organization.nodeUnits());
    for (NodeSpec node : organization.nodes()) {
      String commonName = node.hostname() + "." + domain;
      List<String> names = new ArrayList<>(List.of(commonName, node.hostname()));
      names.addAll(node.alternativeNames());
      String folder = nodesFolder + "/" + commonName;
      write(folder, member(commonName, nodeUnit, names), adminCertificate, "server");
    }
    for (int i = 1; i <= users; i++) {
      Member user = member("User" + i + "@" + domain, "client", List.of());
      write("users/" + user.commonName(), user, own(user), "client");
    }
    write("users/" + admin, administrator, own(administrator), "client");
  }

  /// Without units for roles, a user counts as administrator of its own MSP directory.
  private Optional<Member> own(Member user) {
    return organization.nodeUnits() ? Optional.empty() : Optional.of(user);
  }

  private void write(String folder, Member member, Optional<Member> admin, String tlsPrefix)
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
                commonName, Optional.empty(), role, CertificateRequest.Usage.SIGNING, List.of()),
            key,
            clock);
    Certificate tlsCertificate =
        tls.issue(
            new CertificateRequest(
                commonName,
                Optional.empty(),
                Optional.empty(),
                CertificateRequest.Usage.TLS,
                names),
            tlsKey,
            clock);
    return new Member(commonName, key, certificate, tlsKey, tlsCertificate);
  }

  /// A node or user with its keys.
  record Member(
      String commonName,
      GeneratedKey key,
      Certificate certificate,
      GeneratedKey tlsKey,
      Certificate tlsCertificate) {}
}
