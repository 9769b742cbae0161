package io.denim.identity;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// A root CA that cryptogen makes. Immutable.
record CertificateAuthority(String name, CertificateRequest.Issuer issuer) {
  private static final int SERIAL_NUMBER_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  static CertificateAuthority root(
      String name, Cryptogen.OrganizationSpec organization, InstantSource clock) {
    GeneratedKey key = GeneratedKey.generate();
    CertificateRequest request =
        new CertificateRequest(
            organization.place(),
            name,
            Optional.of(organization.domain()),
            Optional.empty(),
            CertificateRequest.Usage.CA,
            List.of());
    Certificate certificate = request.issue(key, Optional.empty(), serialNumber(), clock.instant());
    return new CertificateAuthority(name, new CertificateRequest.Issuer(certificate, key));
  }

  /// A CA that was made before.
  ///
  /// @param folder with its certificate and key
  /// @throws IOException if one of them is not there or not usable
  static CertificateAuthority load(Path folder) throws IOException {
    Path file = only(folder, "*" + OrganizationFiles.CERTIFICATE);
    String fileName = String.valueOf(file.getFileName());
    String name = fileName.substring(0, fileName.length() - OrganizationFiles.CERTIFICATE.length());
    try {
      Certificate certificate = Certificate.ofPem(ByteString.copyFrom(Files.readAllBytes(file)));
      ByteString key = ByteString.copyFrom(Files.readAllBytes(only(folder, "*_sk")));
      return new CertificateAuthority(
          name, new CertificateRequest.Issuer(certificate, GeneratedKey.of(key, certificate)));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new IOException("the CA in " + folder + " is not usable: " + e.getMessage(), e);
    }
  }

  private static Path only(Path folder, String pattern) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
      Iterator<Path> each = files.iterator();
      if (!each.hasNext()) {
        throw new IOException("there is no file " + pattern + " in " + folder);
      }
      return each.next();
    }
  }

  Certificate issue(CertificateRequest request, GeneratedKey key, InstantSource clock) {
    return request.issue(key, Optional.of(issuer), serialNumber(), clock.instant());
  }

  private static BigInteger serialNumber() {
    return new BigInteger(SERIAL_NUMBER_BITS, RANDOM);
  }
}
