package io.denim.ca;

import com.google.protobuf.ByteString;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateIssuer;
import io.denim.identity.SubjectKey;
import io.denim.identity.SubjectName;
import io.denim.node.HttpService;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An organization's CA for development: it answers on this machine alone, over TLS with a
/// certificate that it issued itself, to the administrator `admin` with the password `adminpw`, and
/// has the affiliations of fabric-samples' test-network.
///
/// @param home where its TLS certificate, the key for that and the registry are, with the names
///   that they have in test-network
/// @param certificate the organization's, with its key
public record LocalCa(String name, Path home, Path certificate, Path key, int port) {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCa.class);
  private static final List<String> HOSTS = List.of("localhost", "127.0.0.1", "::1");
  private static final List<String> AFFILIATIONS =
      List.of("org1", "org1.department1", "org1.department2", "org2", "org2.department1");

  /// Starts to listen. The registry is opened by the first request.
  ///
  /// @throws IOException if the port is taken or a file is not usable
  public CaServer start(InstantSource clock) throws IOException {
    Files.createDirectories(home);
    CaSettings.Files files =
        new CaSettings.Files(
            certificate, key, home.resolve("ca-chain.pem"), home.resolve("fabric-ca-server.db"));
    CaSettings settings =
        new CaSettings(
            name,
            files,
            CaSettings.Rules.customary(),
            CaSettings.customaryProfiles(),
            new CaSettings.Contents(
                List.of(CaSettings.Newcomer.administrator("admin", "adminpw")), AFFILIATIONS));
    return CaServer.start(listeners(tls(files, clock)), List.of(settings), clock);
  }

  private ServerTls tls(CaSettings.Files files, InstantSource clock) throws IOException {
    Path root = home.resolve("ca-cert.pem");
    Path file = home.resolve("tls-cert.pem");
    KeyFolder keys = new KeyFolder(home.resolve("msp/keystore"));
    if (!Files.exists(file) || !Files.exists(root) || expired(file, clock)) {
      CertificateIssuer issuer = Ca.issuer(files);
      SubjectKey tlsKey = SubjectKey.generate(256);
      Certificate issued =
          issuer.issue(
              KeyFolder.template(
                  SubjectName.of("localhost"),
                  AlternativeNames.of(HOSTS),
                  SigningProfile.tls(),
                  clock.instant()),
              tlsKey);
      keys.store(tlsKey, issued, file);
      Files.write(root, issuer.certificate().pem().toByteArray());
    }
    return new ServerTls(
        new TlsKeyPair(read(file), read(keys.keyOf(file))),
        ServerTls.ClientAuth.REQUESTED,
        List.of());
  }

  private static boolean expired(Path file, InstantSource clock) throws IOException {
    try {
      return clock.instant().isAfter(Certificate.ofPem(read(file)).notAfter());
    } catch (IllegalArgumentException e) {
      return true; // half of a file, from a start that was killed
    }
  }

  private static ByteString read(Path file) throws IOException {
    return ByteString.copyFrom(Files.readAllBytes(file));
  }

  /// At 127.0.0.1 and, where this machine has it, at ::1, as clients take `localhost` for either.
  private List<HttpService> listeners(ServerTls tls) throws IOException {
    List<HttpService> listeners = new ArrayList<>();
    InetSocketAddress first = new InetSocketAddress(address(127, 0, 0, 1), port);
    listeners.add(HttpService.bind(first, Optional.of(tls)));
    try {
      InetSocketAddress second =
          new InetSocketAddress(
              address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
              listeners.getFirst().address().getPort());
      listeners.add(HttpService.bind(second, Optional.of(tls)));
    } catch (IOException e) {
      LOG.debug("{} does not listen at ::1: {}", name, e.getMessage());
    }
    return listeners;
  }

  private static InetAddress address(int... octets) throws IOException {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    return InetAddress.getByAddress(bytes);
  }
}
