package io.denim.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.metrics.Metrics;
import io.denim.wire.ClientTls;
import io.denim.wire.ServerTls;
import io.denim.wire.ServerTls.ClientAuth;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// Operators with a certificate of an organization that a node trusts, with another's, and without.
class ProtectedPathsTest {
  private static final Path CRYPTO =
      Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25", "crypto");
  private static final Path SERVER =
      CRYPTO.resolve("ordererOrganizations/example.com/orderers/orderer0.example.com/tls");

  private static final int REFUSED = -1;

  private OperationsServer server;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void withoutACertificateOnlyHealthAndVersionAreShown() throws Exception {
    serve(ClientAuth.VERIFIED_IF_GIVEN, "org1");
    assertThat(get(Optional.empty(), "/healthz")).isEqualTo(200);
    assertThat(get(Optional.empty(), "/version")).isEqualTo(200);
    assertThat(get(Optional.empty(), "/metrics")).isEqualTo(401);
    assertThat(get(Optional.empty(), "/logspec")).isEqualTo(401);
  }

  @ParameterizedTest
  @EnumSource(value = ClientAuth.class, mode = Mode.EXCLUDE, names = "REQUESTED")
  void aCertificateCountsIfItChainsToAClientRoot(ClientAuth clientAuth) throws Exception {
    serve(clientAuth, "org1");
    assertThat(get(Optional.of("org1"), "/metrics")).isEqualTo(200);
    assertThat(getOrRefusal("org2")).isIn(401, REFUSED); // Java's client shows it only where asked
  }

  @Test
  void withoutClientRootsNoCertificateIsGood() throws Exception {
    serve(ClientAuth.VERIFIED_IF_GIVEN);
    assertThatThrownBy(() -> get(Optional.of("org1"), "/metrics")).isInstanceOf(IOException.class);
    assertThat(get(Optional.empty(), "/metrics")).isEqualTo(401);
    assertThat(get(Optional.empty(), "/healthz")).isEqualTo(200);
  }

  @Test
  void aListenerThatDoesNotCheckCertificatesLetsNobodyIn() throws Exception {
    serve(ClientAuth.REQUESTED);
    assertThat(get(Optional.of("org1"), "/metrics")).isEqualTo(401);
    assertThat(get(Optional.of("org1"), "/version")).isEqualTo(200);
  }

  @Test
  void whatAFileDoesNotRequireIsCheckedAllTheSame() throws Exception {
    serve(ClientAuth.REQUESTED);
    Path file = Files.createTempFile("orderer", ".yaml");
    try {
      Files.writeString(
          file,
          """
          Operations:
            TLS:
              Enabled: true
              Certificate: %s
              PrivateKey: %s
              ClientAuthRequired: false
              ClientRootCAs: [%s]
          """
              .formatted(SERVER.resolve("server.crt"), SERVER.resolve("server.key"), root("org1")));
      Settings settings = Settings.load(file, "ORDERER", Map.of());
      InetSocketAddress address = new InetSocketAddress(0);
      assertThat(Listener.http(settings, address, "Operations.TLS", Listener.TlsKeys.ORDERER).tls())
          .hasValueSatisfying(tls -> {
            assertThat(tls.clientAuth()).isEqualTo(ClientAuth.VERIFIED_IF_GIVEN);
            assertThat(tls.clientRoots()).containsExactly(read(root("org1")));
          });
      assertThat(Listener.of(settings, address, "Operations.TLS", Listener.TlsKeys.ORDERER).tls())
          .hasValueSatisfying(tls -> assertThat(tls.clientAuth()).isEqualTo(ClientAuth.REQUESTED));
    } finally {
      Files.delete(file);
    }
  }

  private void serve(ClientAuth clientAuth, String... trusted) throws Exception {
    List<ByteString> roots =
        List.of(trusted).stream().map(organization -> read(root(organization))).toList();
    var keyPair =
        new TlsKeyPair(read(SERVER.resolve("server.crt")), read(SERVER.resolve("server.key")));
    server =
        OperationsServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.of(new ServerTls(keyPair, clientAuth, roots)),
            new OperationsServer.Exposed(
                "v", Optional.of(new Metrics()), Logging.start(Map.of(), "warn")));
  }

  private int getOrRefusal(String organization) throws Exception {
    try {
      return get(Optional.of(organization), "/metrics");
    } catch (IOException e) {
      return REFUSED;
    }
  }

  private int get(Optional<String> organization, String path) throws Exception {
    Optional<TlsKeyPair> shown =
        organization.map(name -> {
          Path tls = organization(name).resolve("users/User1@" + name + ".example.com/tls");
          return new TlsKeyPair(read(tls.resolve("client.crt")), read(tls.resolve("client.key")));
        });
    var tls = new ClientTls(List.of(read(SERVER.resolve("ca.crt"))), shown, Optional.empty());
    try (HttpClient client = HttpClient.newBuilder().sslContext(tls.javaContext()).build()) {
      URI uri = URI.create("https://localhost:" + server.address().getPort() + path);
      return client
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }

  private static Path organization(String name) {
    return CRYPTO.resolve("peerOrganizations/" + name + ".example.com");
  }

  private static Path root(String name) {
    return organization(name).resolve("tlsca/tlsca." + name + ".example.com-cert.pem");
  }

  private static ByteString read(Path file) {
    try {
      return Listener.read(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
