package io.denim.ca.client;

import com.google.protobuf.ByteString;
import io.denim.ca.KeyFolder;
import io.denim.identity.Certificate;
import io.denim.identity.SubjectKey;
import io.denim.wire.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/// An identity's MSP directory as the CA's client lays it out (fabric-ca v1.5 lib/client.go,
/// cmd/fabric-ca-client/command/getcainfo.go).
record MspFolder(ClientSettings settings, ClientLog log) {
  private static final String END = "-----END CERTIFICATE-----";

  private Path folder() {
    return settings.msp().folder();
  }

  /// Makes the folders that every MSP directory has.
  void create() throws IOException {
    for (String name : List.of("keystore", "signcerts", "cacerts", "user")) {
      Files.createDirectories(folder().resolve(name));
    }
  }

  private KeyFolder keys() {
    return new KeyFolder(folder().resolve("keystore"));
  }

  private Path certificate() throws ClientException {
    return settings.msp().certificate().isPresent()
        ? within(settings.msp().certificate().get())
        : folder().resolve("signcerts/cert.pem");
  }

  private Path within(String name) throws ClientException {
    Path file = folder().resolve(name).normalize();
    if (!file.startsWith(folder())) {
      throw new ClientException("'" + name + "' is not within the MSP directory " + folder());
    }
    return file;
  }

  /// Keeps a new key.
  void store(SubjectKey key) throws IOException, ClientException {
    if (settings.msp().key().isPresent()) {
      SecretFile.write(within(settings.msp().key().get()), key.pem());
    } else {
      keys().store(key);
    }
  }

  void store(Certificate certificate) throws IOException, ClientException {
    Path file = certificate();
    write(file, certificate.pem());
    log.info("Stored client certificate at " + file);
  }

  /// The identity that was enrolled here.
  CaConnection.Credential credential() throws IOException, ClientException {
    Path file = certificate();
    if (!Files.exists(file)) {
      throw new ClientException(
          "Enrollment information does not exist. Please execute enroll command first. Example:"
              + " fabric-ca-client enroll -u http://user:userpw@serverAddr:serverPort");
    }
    try {
      Certificate certificate = Certificate.ofPem(read(file));
      Path key =
          settings.msp().key().isPresent()
              ? within(settings.msp().key().get())
              : keys().keyOf(file);
      return new CaConnection.Credential(certificate, SubjectKey.of(read(key), certificate));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new ClientException(
          "the identity in " + folder() + " is not usable: " + e.getMessage(), e);
    }
  }

  /// Keeps the CA's chain: roots and intermediate CAs apart, and those of TLS certificates apart
  /// from others.
  void storeChain(ByteString chain) throws IOException, ClientException {
    List<Certificate> roots = new ArrayList<>();
    List<Certificate> intermediates = new ArrayList<>();
    for (ByteString pem : blocks(chain)) {
      Certificate certificate = parsed(pem);
      ByteString issuer = certificate.authorityKeyId();
      boolean isRoot = issuer.isEmpty() || issuer.equals(certificate.subjectKeyId());
      (isRoot ? roots : intermediates).add(certificate);
    }
    boolean tls = settings.request().profile().equals("tls");
    String name = name();
    String file = tls ? "tls-" + name : name;
    if (!roots.isEmpty()) {
      String what = tls ? "TLS root CA certificate" : "root CA certificate";
      Path where =
          settings.msp().caCertificate().isPresent()
              ? within(settings.msp().caCertificate().get())
              : folder().resolve(tls ? "tlscacerts" : "cacerts").resolve(file);
      store(what, where, roots);
    }
    if (!intermediates.isEmpty()) {
      String what = tls ? "TLS intermediate certificates" : "intermediate CA certificates";
      String below = tls ? "tlsintermediatecerts" : "intermediatecerts";
      store(what, folder().resolve(below).resolve(file), intermediates);
    }
  }

  private static Certificate parsed(ByteString pem) throws ClientException {
    try {
      Certificate certificate = Certificate.ofPem(pem);
      if (!certificate.isCa()) {
        throw new ClientException("A certificate in the CA chain is not a CA certificate");
      }
      return certificate;
    } catch (IllegalArgumentException e) {
      throw new ClientException(
          "Failed to parse certificate in the CA chain: " + e.getMessage(), e);
    }
  }

  /// The file that the CA's certificates go to, named for its address and name.
  private String name() {
    String host =
        settings.url().getHost()
            + (settings.url().getPort() < 0 ? "" : ":" + settings.url().getPort());
    String whole = settings.caName().isEmpty() ? host : host + "-" + settings.caName();
    return whole.replace(':', '-').replace('.', '-').replace('/', '-') + ".pem";
  }

  private static List<ByteString> blocks(ByteString chain) {
    List<ByteString> blocks = new ArrayList<>();
    String text = chain.toStringUtf8();
    int from = 0;
    for (int end = text.indexOf(END); end >= 0; end = text.indexOf(END, from)) {
      int to = end + END.length();
      blocks.add(ByteString.copyFromUtf8(text.substring(from, to) + "\n"));
      from = to;
    }
    return blocks;
  }

  private void store(String what, Path file, List<Certificate> certificates) throws IOException {
    ByteString all = ByteString.EMPTY;
    for (Certificate certificate : certificates) {
      all = all.concat(certificate.pem());
    }
    write(file, all);
    log.info("Stored " + what + " at " + file);
  }

  /// Keeps a revocation list.
  void storeRevocationList(ByteString list) throws IOException {
    Path file = folder().resolve("crls/crl.pem");
    write(file, list);
    log.info("Successfully stored the CRL in the file " + file);
  }

  /// Keeps a request.
  void storeRequest(String commonName, ByteString request) throws IOException, ClientException {
    Path file = within("signcerts/" + commonName + ".csr");
    write(file, request);
    log.info("Stored CSR at " + file);
  }

  private static void write(Path file, ByteString content) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.write(file, content.toByteArray());
  }

  private static ByteString read(Path file) throws IOException {
    return ByteString.copyFrom(Files.readAllBytes(file));
  }
}
