package io.denim.identity;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;

/// A node's or client's own MSP directory: who it trusts as its organization, and its own key.
///
/// Follows fabric v3.1.5 msp/configbuilder.go, msp/mgmt.
public record LocalMsp(Msp msp, SigningIdentity signingIdentity) {
  private static final long MAX_KEY_BYTES = 64L * 1024;

  /// Loads the directory (`cacerts`, `signcerts`, `keystore`, `config.yaml` and so on).
  ///
  /// @param clock the certificate must not have expired by it
  /// @throws MspConfigException if the directory lacks something or something in it is not usable
  public static LocalMsp load(
      Path mspDirectory, String mspId, SignatureVerifier verifier, InstantSource clock)
      throws MspConfigException {
    return load(mspDirectory, mspDirectory.resolve("keystore"), mspId, verifier, clock);
  }

  /// As {@link #load(Path, String, SignatureVerifier, InstantSource)} with the keys elsewhere.
  ///
  /// @throws MspConfigException if the directory lacks something or something in it is not usable
  public static LocalMsp load(
      Path mspDirectory,
      Path keystore,
      String mspId,
      SignatureVerifier verifier,
      InstantSource clock)
      throws MspConfigException {
    MspDirectory directory = new MspDirectory(mspDirectory);
    Path certificates = mspDirectory.resolve("signcerts");
    Optional<List<ByteString>> found = directory.pemFiles(certificates);
    if (found.isEmpty()) {
      throw new MspConfigException(
          "could not load signing certificate from directory "
              + certificates
              + ": no such directory");
    }
    if (found.get().isEmpty()) {
      throw new MspConfigException("no signing certificate found in directory " + certificates);
    }
    Msp msp = Msp.of(directory.verifyingConfig(mspId), MspVersion.V3_0, verifier);
    Identity identity = SigningIdentity.identityOf(msp, found.get().getFirst());
    Instant now = clock.instant();
    if (!identity.notAfter().isAfter(now)) {
      throw new MspConfigException(
          "signing identity expired " + Duration.between(identity.notAfter(), now) + " ago");
    }
    SigningKey key = key(keystore, identity.certificate().key());
    return new LocalMsp(msp, SigningIdentity.of(identity, key, verifier));
  }

  /// The directory without keys, as a channel's configuration carries it.
  ///
  /// @throws MspConfigException if the directory lacks something or something in it is not usable
  public static FabricMSPConfig verifyingConfig(Path mspDirectory, String mspId)
      throws MspConfigException {
    return new MspDirectory(mspDirectory).verifyingConfig(mspId);
  }

  private static SigningKey key(Path keystore, VerifyingKey publicKey) throws MspConfigException {
    List<Path> files = List.of();
    if (Files.isDirectory(keystore)) {
      try (Stream<Path> entries = Files.list(keystore)) {
        files = entries.filter(Files::isRegularFile).sorted().toList();
      } catch (IOException e) {
        throw new MspConfigException("could not read directory " + keystore + ": " + e, e);
      }
    }
    for (Path file : files) {
      try {
        if (Files.size(file) <= MAX_KEY_BYTES) {
          Optional<SigningKey> key = SigningKey.matching(MspDirectory.read(file), publicKey);
          if (key.isPresent()) {
            return key.get();
          }
        }
      } catch (IOException e) {
        throw new MspConfigException("could not read file " + file + ": " + e, e);
      }
    }
    throw new MspConfigException(
        "KeyMaterial not found in SigningIdentityInfo: no key in "
            + keystore
            + " belongs to the signing certificate");
  }
}
