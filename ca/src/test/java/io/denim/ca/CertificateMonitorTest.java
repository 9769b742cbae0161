package io.denim.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateIssuer;
import io.denim.identity.CertificateTemplate;
import io.denim.identity.SubjectKey;
import io.denim.identity.SubjectName;
import io.denim.metrics.Metrics;
import io.denim.metrics.PrometheusText;
import io.denim.node.Listener;
import io.denim.node.Logging;
import io.denim.node.MetricsSettings;
import io.denim.node.NodeOperations;
import io.denim.node.TlsFiles;
import io.denim.wire.CallFailure;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// A node whose TLS certificate comes to its end, and is replaced while it runs.
class CertificateMonitorTest {
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir private Path folder;
  private final Metrics metrics = new Metrics();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Logging logging;
  private volatile Instant now = START; // also read by the monitor's thread
  private int changes;

  @BeforeEach
  void listen() {
    logging = Logging.start(Map.of(), "info"); // takes away who listens already
    log.start();
    ((Logger) LoggerFactory.getLogger("certmonitor")).addAppender(log);
  }

  @AfterEach
  void deafen() {
    ((Logger) LoggerFactory.getLogger("certmonitor")).detachAppender(log);
  }

  @Test
  void anExpiringCertificateIsWarnedOfAndItsSuccessorServed() throws Exception {
    Certificate first = issue(START.plus(Duration.ofDays(31)));
    var files = new TlsFiles(path("crt"), path("key"), ServerTls.ClientAuth.REQUESTED, List.of());
    var pair = new TlsKeyPair(read("crt"), read("key"));
    var listener =
        new Listener(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.of(new ServerTls(pair, ServerTls.ClientAuth.REQUESTED, List.of())),
            Optional.of(files));
    var subject = new NodeOperations.Subject("v3.1.5", metrics, logging, () -> now);
    try (NodeOperations node =
        NodeOperations.start(
            new NodeOperations.Settings(Optional.of(listener), MetricsSettings.prometheus()),
            subject)) {
      assertThat(said())
          .containsExactly("The operations TLS certificate will expire on " + first.notAfter());
      assertThat(shownBy(node)).isEqualTo(first.serialNumber());

      now = START.plus(Duration.ofDays(1)).plusSeconds(3600);
      node.certificates().look();
      node.certificates().look();
      now = START.plus(Duration.ofDays(40));
      node.certificates().look();
      assertThat(said().subList(1, said().size()))
          .containsExactly(
              "The operations TLS certificate expires within 29 days and 23 hours",
              "The operations TLS certificate has expired on "
                  + first.notAfter()
                  + ": others refuse it until there is another");

      Certificate second = issue(START.plus(Duration.ofDays(400)));
      node.certificates().look();
      assertThat(said().getLast()).contains("was read again", second.notAfter().toString());
      assertThat(shownBy(node)).isEqualTo(second.serialNumber());
      assertThat(PrometheusText.of(metrics))
          .contains(
              "certificate_expiration_timestamp_seconds{certificate=\"operations TLS\"} "
                  + second.notAfter().getEpochSecond());

      write("key", ByteString.copyFromUtf8("no key"));
      node.certificates().look();
      assertThat(said().getLast()).contains("not usable, so the present one stays");
      assertThat(shownBy(node)).isEqualTo(second.serialNumber());
    }
  }

  @Test
  void whoConnectsToANodeWithAnExpiredCertificateIsToldSo() throws Exception {
    SubjectKey key = SubjectKey.generate(256);
    SubjectKey rootKey = SubjectKey.generate(256);
    Instant longAgo = START.minus(Duration.ofDays(400));
    CertificateIssuer root =
        CertificateIssuer.root(
            template(SigningProfile.intermediate(), longAgo, START.plus(Duration.ofDays(36_500))),
            rootKey);
    Certificate expired =
        root.issue(template(SigningProfile.tls(), longAgo, longAgo.plusSeconds(60)), key);
    try (GrpcServer server =
        GrpcServer.start(
            GrpcServer.Settings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.of(
                    new ServerTls(
                        new TlsKeyPair(expired.pem(), key.pem()),
                        ServerTls.ClientAuth.REQUESTED,
                        List.of()))),
            List.of(),
            List.of())) {
      ManagedChannel channel =
          GrpcClient.channel(
              "localhost:" + server.port(),
              Optional.of(
                  new ClientTls(
                      List.of(root.certificate().pem()), Optional.empty(), Optional.empty())));
      try {
        assertThatThrownBy(() ->
                EndorserGrpc.newBlockingStub(channel)
                    .processProposal(SignedProposal.getDefaultInstance()))
            .satisfies(failure ->
                assertThat(CallFailure.reason(failure))
                    .startsWith(
                        "UNAVAILABLE: the other side's TLS certificate has expired (NotAfter: "));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static CertificateTemplate template(SigningProfile profile, Instant from, Instant until) {
    return new CertificateTemplate(
        SubjectName.of("node"),
        AlternativeNames.of(List.of("localhost")),
        from,
        until,
        profile.usages(),
        profile.ca(),
        ByteString.EMPTY);
  }

  private List<String> said() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private Path path(String name) {
    return folder.resolve(name);
  }

  private ByteString read(String name) throws Exception {
    return ByteString.copyFrom(Files.readAllBytes(path(name)));
  }

  private void write(String name, ByteString content) throws Exception {
    changes++;
    Files.write(path(name), content.toByteArray());
    Files.setLastModifiedTime(path(name), FileTime.from(START.plusSeconds(changes)));
  }

  private Certificate issue(Instant until) throws Exception {
    SubjectKey key = SubjectKey.generate(256);
    Certificate certificate =
        CertificateIssuer.root(
                template(SigningProfile.tls(), START.minus(Duration.ofDays(1)), until), key)
            .certificate();
    write("crt", certificate.pem());
    write("key", key.pem());
    return certificate;
  }

  private static Object shownBy(NodeOperations node) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Trusting()}, null);
    int port = node.address().orElseThrow().getPort();
    try (SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  /// Only looks at what it is shown.
  private static final class Trusting extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
