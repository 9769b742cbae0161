package io.denim.node;

import com.google.protobuf.ByteString;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where a service of a node listens, and with which TLS.
///
/// @param tls absent for plain text
/// @param files that its TLS comes from, if it comes from files
public record Listener(
    InetSocketAddress address, Optional<ServerTls> tls, Optional<TlsFiles> files) {
  /// One whose TLS stays as it is.
  public Listener(InetSocketAddress address, Optional<ServerTls> tls) {
    this(address, tls, Optional.empty());
  }

  /// One for gRPC, with a section's TLS if it is enabled. Where client certificates are not
  /// required, those that are shown are compared with what requests say, not checked. What is wrong
  /// with it is left to {@link Settings#finish}.
  public static Listener of(
      Settings settings, InetSocketAddress address, String section, TlsKeys keys) {
    return of(settings, address, section, keys, ServerTls.ClientAuth.REQUESTED);
  }

  /// The same for HTTP, whose services trust who shows a certificate: it must chain to a client
  /// root, also where none is required (fabric v3.1.5 common/fabhttp/tls.go).
  public static Listener http(
      Settings settings, InetSocketAddress address, String section, TlsKeys keys) {
    return of(settings, address, section, keys, ServerTls.ClientAuth.VERIFIED_IF_GIVEN);
  }

  private static Listener of(
      Settings settings,
      InetSocketAddress address,
      String section,
      TlsKeys keys,
      ServerTls.ClientAuth unlessRequired) {
    Optional<ServerTls> tls = tls(settings, section, keys, unlessRequired);
    return new Listener(address, tls, tls.flatMap(each -> files(settings, section, keys, each)));
  }

  /// The names that a configuration file has for a TLS section's keys, below the section's own.
  ///
  /// @param clientAuthByDefault what holds where the file does not say
  public record TlsKeys(
      String certificate,
      String privateKey,
      String clientAuthRequired,
      String clientRoots,
      boolean clientAuthByDefault) {
    /// As orderer.yaml names them.
    public static final TlsKeys ORDERER =
        new TlsKeys("Certificate", "PrivateKey", "ClientAuthRequired", "ClientRootCAs", false);

    /// As core.yaml names them.
    public static final TlsKeys PEER =
        new TlsKeys("cert.file", "key.file", "clientAuthRequired", "clientRootCAs.files", false);

    /// The same, for a service that asks for client certificates unless told otherwise.
    public TlsKeys withClientAuth() {
      return new TlsKeys(certificate, privateKey, clientAuthRequired, clientRoots, true);
    }
  }

  /// An address; without a host it is all of the machine's.
  public static InetSocketAddress address(Settings settings, String key, String fallback) {
    String text = settings.text(key, fallback);
    int colon = text.lastIndexOf(':');
    try {
      String host = colon <= 0 ? "0.0.0.0" : text.substring(0, colon);
      return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      settings.problem(key, text, "host:port");
      return new InetSocketAddress(0);
    }
  }

  private static Optional<TlsFiles> files(
      Settings settings, String section, TlsKeys keys, ServerTls read) {
    Optional<Path> certificate = settings.path(section + "." + keys.certificate());
    Optional<Path> privateKey = settings.path(section + "." + keys.privateKey());
    List<Path> roots =
        read.clientAuth() != ServerTls.ClientAuth.REQUESTED
            ? settings.paths(section + "." + keys.clientRoots())
            : List.of();
    return certificate.isPresent() && privateKey.isPresent()
        ? Optional.of(new TlsFiles(certificate.get(), privateKey.get(), read.clientAuth(), roots))
        : Optional.empty();
  }

  private static Optional<ServerTls> tls(
      Settings settings, String section, TlsKeys keys, ServerTls.ClientAuth unlessRequired) {
    String certificateKey = section + "." + keys.certificate();
    String privateKeyKey = section + "." + keys.privateKey();
    Optional<Path> certificate = settings.path(certificateKey);
    Optional<Path> privateKey = settings.path(privateKeyKey);
    boolean required =
        settings.flag(section + "." + keys.clientAuthRequired(), keys.clientAuthByDefault());
    List<Path> roots = settings.paths(section + "." + keys.clientRoots());
    if (!settings.flag(section + ".Enabled", false)) {
      return Optional.empty();
    }
    if (certificate.isEmpty() || privateKey.isEmpty()) {
      settings.problem(
          section + ".Enabled",
          "true",
          "with it a " + keys.certificate() + " and a " + keys.privateKey());
      return Optional.empty();
    }
    ServerTls.ClientAuth clientAuth = required ? ServerTls.ClientAuth.REQUIRED : unlessRequired;
    // Certificates that are merely shown are not checked, so the roots need not be there.
    List<ByteString> clientRoots = new ArrayList<>();
    if (clientAuth != ServerTls.ClientAuth.REQUESTED) {
      for (Path root : roots) {
        settings.content(section + "." + keys.clientRoots(), root).ifPresent(clientRoots::add);
      }
    }
    Optional<ByteString> chain = settings.content(certificateKey);
    Optional<ByteString> key = settings.content(privateKeyKey);
    if (chain.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ServerTls(new TlsKeyPair(chain.get(), key.get()), clientAuth, clientRoots));
  }

  /// A file's bytes.
  ///
  /// @throws IOException with a message that names the file
  public static ByteString read(Path file) throws IOException {
    try {
      return ByteString.copyFrom(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IOException("cannot read " + file + ": " + e, e);
    }
  }
}
