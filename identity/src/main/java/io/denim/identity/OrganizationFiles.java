package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.wire.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// Writes one organization's files in cryptogen's layout.
///
/// Follows fabric v3.1.5 internal/cryptogen/msp/msp.go.
///
/// @param root the organization's folder
record OrganizationFiles(Path root) {
  static final String CERTIFICATE = "-cert.pem";

  /// A CA's certificate and key.
  void authority(String folder, CertificateAuthority authority) throws IOException {
    Path directory = folder(folder);
    certificate(directory, authority.name(), authority.issuer().certificate());
    SecretFile.write(directory.resolve("priv_sk"), authority.issuer().key().pem());
  }

  /// What an MSP directory has without keys.
  ///
  /// @param admin who is named as administrator
  void msp(
      String folder,
      CertificateAuthority signing,
      CertificateAuthority tls,
      Optional<Cryptogen.NamedCertificate> admin,
      boolean nodeUnits)
      throws IOException {
    Path admins = folder(folder + "/admincerts");
    if (admin.isPresent()) {
      certificate(admins, admin.get().commonName(), admin.get().certificate());
    }
    certificate(folder(folder + "/cacerts"), signing.name(), signing.issuer().certificate());
    certificate(folder(folder + "/tlscacerts"), tls.name(), tls.issuer().certificate());
    if (nodeUnits) {
      Files.writeString(root.resolve(folder).resolve("config.yaml"), units(signing.name()));
    }
  }

  private static String units(String ca) {
    StringBuilder yaml = new StringBuilder("NodeOUs:\n    Enable: true\n");
    for (String role : new String[] {"Client", "Peer", "Admin", "Orderer"}) {
      yaml.append("    ").append(role).append("OUIdentifier:\n");
      yaml.append("        Certificate: cacerts/").append(ca).append("-cert.pem\n");
      yaml.append("        OrganizationalUnitIdentifier: ");
      yaml.append(role.toLowerCase(Locale.ROOT)).append('\n');
    }
    return yaml.toString();
  }

  /// A member's own certificate and key.
  void member(String folder, Cryptogen.Member member) throws IOException {
    SecretFile.write(folder(folder + "/keystore").resolve("priv_sk"), member.key().pem());
    certificate(folder(folder + "/signcerts"), member.commonName(), member.certificate());
  }

  /// A member's TLS certificate and key.
  ///
  /// @param prefix of the files: `server` or `client`
  void tls(String folder, CertificateAuthority tls, Cryptogen.Member member, String prefix)
      throws IOException {
    Path directory = folder(folder);
    write(directory.resolve("ca.crt"), tls.issuer().certificate().pem());
    write(directory.resolve(prefix + ".crt"), member.tlsCertificate().pem());
    SecretFile.write(directory.resolve(prefix + ".key"), member.tlsKey().pem());
  }

  /// Whether there is something of this name already.
  boolean has(String folder) {
    return Files.exists(root.resolve(folder));
  }

  /// A certificate that was written before.
  ///
  /// @throws IOException if there is none
  Certificate certificate(String folder, String name) throws IOException {
    Path file = root.resolve(folder).resolve(name + CERTIFICATE);
    try {
      return Certificate.ofPem(ByteString.copyFrom(Files.readAllBytes(file)));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is not a certificate: " + e.getMessage(), e);
    }
  }

  private Path folder(String folder) throws IOException {
    return Files.createDirectories(root.resolve(folder));
  }

  private static void certificate(Path directory, String name, Certificate certificate)
      throws IOException {
    write(directory.resolve(name + CERTIFICATE), certificate.pem());
  }

  private static void write(Path file, ByteString content) throws IOException {
    Files.write(file, content.toByteArray());
  }
}
