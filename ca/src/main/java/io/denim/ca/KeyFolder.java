package io.denim.ca;

import com.google.protobuf.ByteString;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateTemplate;
import io.denim.identity.SubjectKey;
import io.denim.identity.SubjectName;
import io.denim.wire.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;

/// A key store as Fabric's software provider keeps it: a file for each key, named by its identifier
/// (fabric-lib-go bccsp/sw/fileks.go), beside certificates that are made for such keys.
public record KeyFolder(Path folder) {
  private static final Duration BACKDATED = Duration.ofMinutes(5);
  private static final String ENDING = "_sk";

  /// Keeps a new key and its certificate.
  public void store(SubjectKey key, Certificate certificate, Path certificateFile)
      throws IOException {
    store(key);
    Path parent = certificateFile.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.write(certificateFile, certificate.pem().toByteArray());
  }

  /// Keeps a new key.
  ///
  /// @return its file
  public Path store(SubjectKey key) throws IOException {
    Path file = folder.resolve(key.id() + ENDING);
    SecretFile.write(file, key.pem());
    return file;
  }

  /// The file of a certificate's key.
  ///
  /// @throws IOException if there is none, or the certificate is not usable
  public Path keyOf(Path certificateFile) throws IOException {
    try {
      Certificate certificate =
          Certificate.ofPem(ByteString.copyFrom(Files.readAllBytes(certificateFile)));
      Path key = folder.resolve(SubjectKey.idOf(certificate) + ENDING);
      if (!Files.exists(key)) {
        throw new IOException(
            "Failed to find private key for certificate in '"
                + certificateFile
                + "': there is no "
                + key);
      }
      return key;
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new IOException(
          "Invalid certificate in file '" + certificateFile + "': " + e.getMessage(), e);
    }
  }

  /// A certificate that is good from five minutes ago, to the minute.
  static CertificateTemplate template(
      SubjectName subject, AlternativeNames names, SigningProfile profile, Instant now) {
    long minute = Math.floorDiv(now.getEpochSecond() + 30, 60L) * 60;
    Instant notBefore = Instant.ofEpochSecond(minute).minus(BACKDATED);
    return new CertificateTemplate(
        subject,
        names,
        notBefore,
        notBefore.plus(profile.lifetime()),
        profile.usages(),
        profile.ca(),
        ByteString.EMPTY);
  }
}
