package io.denim.ca;

import com.google.protobuf.ByteString;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateTemplate;
import io.denim.identity.SubjectKey;
import io.denim.identity.SubjectName;
import io.denim.wire.SecretFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A key store as Fabric's software provider keeps it: a file for each key, named by its identifier
/// (fabric-lib-go bccsp/sw/fileks.go), beside certificates that are made for such keys.
public record KeyFolder(Path folder) {
  private static final Duration BACKDATED = Duration.ofMinutes(5);
  private static final String ENDING = "_sk";
  private static final int MOST_KEY_BYTES = 64 * 1024;

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

  /// The file of a certificate's key: the one of its name, or else any that holds it, as scripts
  /// give keys other names.
  ///
  /// @throws IOException if there is none, or the certificate is not usable
  public Path keyOf(Path certificateFile) throws IOException {
    try {
      Certificate certificate =
          Certificate.ofPem(ByteString.copyFrom(Files.readAllBytes(certificateFile)));
      String id = SubjectKey.idOf(certificate);
      Path named = folder.resolve(id + ENDING);
      Optional<Path> key = Files.exists(named) ? Optional.of(named) : search(certificate);
      return key.orElseThrow(() ->
          new IOException(
              "Failed to find private key for certificate in '"
                  + certificateFile
                  + "': key with SKI "
                  + id
                  + " not found in "
                  + folder));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new IOException(
          "Invalid certificate in file '" + certificateFile + "': " + e.getMessage(), e);
    }
  }

  private Optional<Path> search(Certificate certificate) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)
            && Files.size(file) <= MOST_KEY_BYTES
            && holds(file, certificate)) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean holds(Path file, Certificate certificate) throws IOException {
    try {
      SubjectKey.of(ByteString.copyFrom(Files.readAllBytes(file)), certificate);
      return true;
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      return false; // another key, or none
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
