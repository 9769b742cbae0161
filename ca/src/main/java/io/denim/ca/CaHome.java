package io.denim.ca;

import com.google.protobuf.ByteString;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateIssuer;
import io.denim.identity.CertificateTemplate;
import io.denim.identity.SubjectKey;
import io.denim.identity.SubjectName;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A CA's keys and certificates in its folder, made where they are missing (fabric-ca v1.5
/// lib/ca.go, lib/server.go). Used by one thread, at start.
record CaHome(CaConfiguration configuration, InstantSource clock) {
  private static final String COMMON_NAME = "fabric-ca-server";

  /// The CA's settings, once its key and certificate are there.
  ///
  /// @throws IOException if they are not usable or cannot be made
  CaSettings ready() throws IOException {
    CaSettings ca = configuration.ca();
    Path certificate = ca.files().certificate();
    if (!Files.exists(certificate)) {
      if (configuration.parent().url().isEmpty()) {
        makeRoot(certificate);
      } else {
        throw new IOException(
            "there is no certificate at "
                + certificate
                + " and intermediate.parentserver.url is set: enroll it with fabric-ca-client"
                + " --enrollment.profile ca, then set ca.certfile, ca.keyfile and ca.chainfile");
      }
    }
    Path key = Files.exists(ca.files().key()) ? ca.files().key() : keys().keyOf(certificate);
    CaSettings.Files files =
        new CaSettings.Files(certificate, key, ca.files().chain(), ca.files().registry());
    Certificate own = Ca.issuer(files).certificate();
    Instant now = clock.instant();
    if (now.isAfter(own.notAfter())) {
      throw new IOException(
          "Invalid certificate in file '" + certificate + "': Certificate provided has expired");
    }
    if (now.isBefore(own.notBefore())) {
      throw new IOException(
          "Invalid certificate in file '"
              + certificate
              + "': Certificate provided not valid until later date");
    }
    return new CaSettings(ca.name(), files, ca.rules(), ca.signing(), ca.initial());
  }

  /// The server's TLS with a key pair that is there or was made and certified by the CA.
  Optional<ServerTls> tls(CaSettings ca) throws IOException {
    CaConfiguration.Tls tls = configuration.tls();
    if (!tls.enabled()) {
      return Optional.empty();
    }
    if (tls.key().isPresent()) {
      requireFile("tls.keyfile", tls.key().get());
      requireFile("tls.certfile", tls.certificate());
    } else if (!Files.exists(tls.certificate())) {
      makeTls(Ca.issuer(ca.files()), tls.certificate());
    }
    Path key = tls.key().isPresent() ? tls.key().get() : keys().keyOf(tls.certificate());
    List<ByteString> roots = new ArrayList<>();
    for (Path root : tls.clientRoots()) {
      roots.add(read(root));
    }
    ServerTls.ClientAuth clientAuth =
        switch (tls.clientAuth()) {
          case "verifyclientcertifgiven" -> ServerTls.ClientAuth.VERIFIED_IF_GIVEN;
          case "requireandverifyclientcert" -> ServerTls.ClientAuth.REQUIRED;
          default -> ServerTls.ClientAuth.REQUESTED;
        };
    return Optional.of(
        new ServerTls(new TlsKeyPair(read(tls.certificate()), read(key)), clientAuth, roots));
  }

  private static void requireFile(String setting, Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("File specified by '" + setting + "' does not exist: " + file);
    }
  }

  private static ByteString read(Path file) throws IOException {
    return ByteString.copyFrom(Files.readAllBytes(file));
  }

  private void makeRoot(Path file) throws IOException {
    CaConfiguration.Root root = configuration.root();
    SubjectKey key = SubjectKey.generate(root.bits());
    SubjectName subject =
        root.subject().commonName().isEmpty()
            ? root.subject().withCommonName(COMMON_NAME)
            : root.subject();
    SigningProfile profile =
        new SigningProfile(
            List.of("cert sign", "crl sign"),
            root.lifetime(),
            Optional.of(new CertificateTemplate.CaConstraint(root.pathLength())));
    CertificateTemplate template =
        KeyFolder.template(subject, AlternativeNames.none(), profile, clock.instant());
    keys().store(key, CertificateIssuer.root(template, key).certificate(), file);
  }

  private void makeTls(CertificateIssuer issuer, Path file) throws IOException {
    CaConfiguration.Root root = configuration.root();
    SubjectKey key = SubjectKey.generate(root.bits());
    SigningProfile profile =
        configuration.ca().signing().getOrDefault(SigningProfile.TLS, SigningProfile.tls());
    List<String> hosts = root.hosts().isEmpty() ? List.of("localhost") : root.hosts();
    CertificateTemplate template =
        KeyFolder.template(
            root.subject().withCommonName(hosts.getFirst()),
            AlternativeNames.of(hosts),
            profile,
            clock.instant());
    keys().store(key, issuer.issue(template, key), file);
  }

  private KeyFolder keys() {
    return new KeyFolder(configuration.root().keyStore());
  }
}
