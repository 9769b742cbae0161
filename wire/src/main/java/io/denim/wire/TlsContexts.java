package io.denim.wire;

import com.google.protobuf.ByteString;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;

/// Netty contexts for TLS 1.2 and 1.3 with Fabric's cipher suites, over BoringSSL where its native
/// part loads (fabric v3.1.5 internal/pkg/comm/config.go).
final class TlsContexts {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
  private static final ByteString NEWLINE = ByteString.copyFromUtf8("\n");

  private TlsContexts() {}

  static SslContext server(ServerTls tls) throws TlsConfigurationException {
    try {
      return finish(serverBuilder(tls));
    } catch (Exception e) { // Netty reports bad keys and certificates in many ways
      throw new TlsConfigurationException("a server cannot start TLS with these settings", e);
    }
  }

  /// The same for the Java runtime's own servers, such as its HTTP server.
  static SSLContext javaServer(ServerTls tls) throws TlsConfigurationException {
    try {
      SslContext context =
          serverBuilder(tls).sslProvider(SslProvider.JDK).protocols(PROTOCOLS).build();
      return ((JdkSslContext) context).context();
    } catch (Exception e) { // as above
      throw new TlsConfigurationException("a server cannot start TLS with these settings", e);
    }
  }

  private static SslContextBuilder serverBuilder(ServerTls tls) throws IOException {
    try (InputStream chain = tls.keyPair().certificateChain().newInput();
        InputStream key = tls.keyPair().privateKey().newInput()) {
      SslContextBuilder builder = SslContextBuilder.forServer(chain, key);
      return switch (tls.clientAuth()) {
        case REQUESTED ->
            builder
                .clientAuth(ClientAuth.OPTIONAL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE);
        case VERIFIED_IF_GIVEN ->
            tls.clientRoots().isEmpty()
                ? builder.clientAuth(ClientAuth.OPTIONAL).trustManager(new TrustsNobody())
                : builder.clientAuth(ClientAuth.OPTIONAL).trustManager(joined(tls.clientRoots()));
        case REQUIRED ->
            builder.clientAuth(ClientAuth.REQUIRE).trustManager(joined(tls.clientRoots()));
      };
    }
  }

  /// Takes no client certificate, where there is no root that one could chain to.
  private static final class TrustsNobody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("this server has no root certificate for clients");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("this is no client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  static SslContext client(ClientTls tls) throws TlsConfigurationException {
    try {
      return finish(clientBuilder(tls));
    } catch (Exception e) { // as above
      throw new TlsConfigurationException("a client cannot start TLS with these settings", e);
    }
  }

  /// The same for the Java runtime's own clients, such as its HTTP client.
  static SSLContext javaClient(ClientTls tls) throws TlsConfigurationException {
    try {
      SslContext context =
          clientBuilder(tls).sslProvider(SslProvider.JDK).protocols(PROTOCOLS).build();
      return ((JdkSslContext) context).context();
    } catch (Exception e) { // as above
      throw new TlsConfigurationException("a client cannot start TLS with these settings", e);
    }
  }

  private static SslContextBuilder clientBuilder(ClientTls tls) {
    SslContextBuilder builder =
        SslContextBuilder.forClient().trustManager(joined(tls.serverRoots()));
    if (tls.keyPair().isPresent()) {
      TlsKeyPair pair = tls.keyPair().get();
      // The default type would derive a key from a password for each context: 10 ms and more.
      builder
          .keyStoreType("JKS")
          .keyManager(pair.certificateChain().newInput(), pair.privateKey().newInput());
    }
    return builder;
  }

  private static SslContext finish(SslContextBuilder builder) throws SSLException {
    SslProvider provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    return GrpcSslContexts.configure(builder, provider)
        .protocols(PROTOCOLS)
        .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .build();
  }

  private static InputStream joined(List<ByteString> pems) {
    if (pems.isEmpty()) {
      throw new IllegalArgumentException("no root certificate is configured");
    }
    ByteString all = ByteString.EMPTY;
    for (ByteString pem : pems) {
      all = all.concat(pem).concat(NEWLINE);
    }
    return all.newInput();
  }
}
