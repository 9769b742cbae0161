package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.cli.command.CommandLog;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.node.Settings;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who the user of `peer` is and which peer is meant, by `core.yaml` and `CORE_…` variables (fabric
/// v3.1.5 internal/peer/common).
///
/// @param settings of `core.yaml`
record PeerEnvironment(Settings settings, EnvelopeSigner signer, CommandLog log) {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /// @throws ClientException if there is no `core.yaml`, or the MSP directory is not usable
  static PeerEnvironment load(Map<String, String> environment, CommandLog log)
      throws ClientException {
    Path folder = Path.of(environment.getOrDefault("FABRIC_CFG_PATH", "."));
    Path file = folder.resolve("core.yaml");
    if (!Files.exists(folder)) {
      throw new ClientException(
          "Fatal error when initializing core config : FABRIC_CFG_PATH "
              + folder
              + " does not exist");
    }
    if (!Files.isRegularFile(file)) {
      throw new ClientException(
          "Fatal error when initializing core config : error when reading core config file: Config"
              + " File \"core\" Not Found in \"["
              + folder.toAbsolutePath().normalize()
              + "]\"");
    }
    try {
      Settings settings = Settings.load(file, "CORE", environment);
      Path msp = settings.path("peer.mspConfigPath").orElse(settings.folder().resolve("msp"));
      if (!Files.isDirectory(msp)) {
        throw new ClientException(
            "Cannot run peer because cannot init crypto, specified path \""
                + msp
                + "\" does not exist or cannot be accessed: stat "
                + msp
                + ": no such file or directory");
      }
      LocalMsp local =
          LocalMsp.load(
              msp,
              settings.text("peer.localMspId", ""),
              SignatureVerifier.create(),
              InstantSource.system());
      return new PeerEnvironment(
          settings, new EnvelopeSigner(local.signingIdentity(), InstantSource.system()), log);
    } catch (IOException e) {
      throw new ClientException("Fatal error when initializing core config : " + e.getMessage(), e);
    } catch (MspConfigException e) {
      throw new ClientException(
          "Cannot run peer because error when setting up MSP of type bccsp from directory "
              + environment.getOrDefault("CORE_PEER_MSPCONFIGPATH", "msp")
              + ": "
              + e.getMessage(),
          e);
    }
  }

  boolean tls() {
    return settings.flag("peer.tls.enabled", false);
  }

  String address() {
    return settings.text("peer.address", "0.0.0.0:7051");
  }

  /// A connection to the peer that the environment names.
  NodeClient peer() throws ClientException, InterruptedException {
    return peer("", "");
  }

  /// A connection to a peer.
  ///
  /// @param address empty for the one that the environment names
  /// @param rootCertificates a file; empty for the one that the environment names
  NodeClient peer(String address, String rootCertificates)
      throws ClientException, InterruptedException {
    Optional<ClientTls> tls = Optional.empty();
    if (tls()) {
      Path roots =
          rootCertificates.isEmpty()
              ? settings.path("peer.tls.rootcert.file").orElse(Path.of(""))
              : Path.of(rootCertificates);
      tls =
          Optional.of(
              new ClientTls(
                  List.of(roots(roots)),
                  keyPair(),
                  settings.optionalText("peer.tls.serverhostoverride")));
    }
    return connect(
        "endorser", address.isEmpty() ? address() : address, tls, connectTimeout("peer"));
  }

  private static ByteString roots(Path file) throws ClientException {
    try {
      return read(file, "peer.tls.rootcert.file");
    } catch (ClientException e) {
      throw new ClientException("failed to load config for PeerClient: " + e.getMessage(), e);
    }
  }

  private Optional<TlsKeyPair> keyPair() throws ClientException {
    if (!settings.flag("peer.tls.clientAuthRequired", false)) {
      return Optional.empty();
    }
    Path certificate = settings.path("peer.tls.clientCert.file").orElse(Path.of(""));
    Path key = settings.path("peer.tls.clientKey.file").orElse(Path.of(""));
    return Optional.of(
        new TlsKeyPair(
            read(certificate, "peer.tls.clientCert.file"), read(key, "peer.tls.clientKey.file")));
  }

  private Duration connectTimeout(String prefix) {
    return settings.duration(prefix + ".client.connTimeout", CONNECT);
  }

  /// @throws ClientException if the node cannot be reached in time
  static NodeClient connect(String kind, String address, Optional<ClientTls> tls, Duration patience)
      throws ClientException, InterruptedException {
    try {
      NodeClient client = NodeClient.of(address, tls);
      try {
        client.connect(patience);
        return client;
      } catch (ClientException e) {
        client.close();
        throw new ClientException(kind + " client " + e.getMessage(), e);
      }
    } catch (TlsConfigurationException e) {
      throw new ClientException(
          kind + " client for " + address + " is not usable: " + e.getMessage(), e);
    }
  }

  /// @param name of the setting or flag that names the file
  static ByteString read(Path file, String name) throws ClientException {
    try {
      return ByteString.copyFrom(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new ClientException(
          "unable to load " + name + ": open " + file + ": no such file or directory", e);
    }
  }
}
