package io.denim.ca.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.denim.ca.FlagSet;
import io.denim.identity.Certificate;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/// `certificate list`: which certificates there are, in brief, and kept in files where that is
/// asked for (fabric-ca v1.5 cmd/fabric-ca-client/command/certificate.go, lib/util.go).
record CertificateListing(
    ClientSettings settings, FlagSet.Parsed flags, ClientLog log, PrintStream out) {
  void run() throws ClientException, IOException, InterruptedException {
    List<String> query = new ArrayList<>();
    if (!settings.caName().isEmpty()) {
      query.add("ca=" + Administration.encoded(settings.caName()));
    }
    for (String name : List.of("id", "aki", "serial")) {
      flags.text(name).ifPresent(value -> query.add(name + "=" + Administration.encoded(value)));
    }
    query.add("notexpired=" + flags.isOn("notexpired"));
    query.add("notrevoked=" + flags.isOn("notrevoked"));
    span(query, "expiration", "expired");
    span(query, "revocation", "revoked");
    CaConnection.Credential credential = new MspFolder(settings, log).credential();
    try (CaConnection connection = CaConnection.open(settings, log)) {
      String endpoint = "certificates?" + String.join("&", query);
      show(connection.signed("GET", endpoint, "", credential).path("certs"));
    }
  }

  private void span(List<String> query, String flag, String parameter) throws ClientException {
    String text = flags.text(flag).orElse("");
    if (text.isEmpty()) {
      return;
    }
    if (!text.contains("::")) {
      throw new ClientException(
          "Invalid "
              + flag
              + " format, expecting '<start>::<end>' but found "
              + text
              + ", missing '::' sepatator");
    }
    if (text.contains("/")) {
      throw new ClientException(
          "Invalid " + flag + " format, use '-' instead of '/' in time format: " + text);
    }
    List<String> ends = List.of(text.split("::", -1));
    query.add(parameter + "_start=" + Administration.encoded(time(ends.getFirst())));
    query.add(parameter + "_end=" + Administration.encoded(time(ends.get(1))));
  }

  private static String time(String text) {
    return text.equalsIgnoreCase("now")
        ? Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()
        : text;
  }

  private void show(JsonNode certificates) throws ClientException, IOException {
    Map<String, List<String>> byOwner = new LinkedHashMap<>();
    for (JsonNode each : certificates) {
      String pem = each.path("PEM").asText();
      X509Certificate certificate = parsed(pem);
      String owner = Certificate.ofPem(ByteString.copyFromUtf8(pem)).commonName();
      byOwner.computeIfAbsent(owner, any -> new ArrayList<>()).add(pem);
      out.print(text(certificate));
    }
    if (byOwner.isEmpty()) {
      out.println("No results returned");
    }
    if (flags.has("store")) {
      Path folder = settings.home().resolve(flags.text("store").orElse(""));
      for (Map.Entry<String, List<String>> owned : byOwner.entrySet()) {
        store(folder, owned.getKey(), owned.getValue());
      }
      log.info("Certificates stored at: " + folder);
    }
  }

  private static void store(Path folder, String owner, List<String> pems)
      throws ClientException, IOException {
    if (owner.isEmpty() || owner.contains("/") || owner.startsWith(".")) {
      throw new ClientException("no file can be named for the identity '" + owner + "'");
    }
    Files.createDirectories(folder);
    for (int i = 0; i < pems.size(); i++) {
      String name = pems.size() == 1 ? owner + ".pem" : owner + "-" + (i + 1) + ".pem";
      Files.writeString(folder.resolve(name), pems.get(i));
    }
  }

  private static X509Certificate parsed(String pem) throws ClientException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(ByteString.copyFromUtf8(pem).newInput());
    } catch (CertificateException e) {
      throw new ClientException("Certificate decoding error: " + e.getMessage(), e);
    }
  }

  private static String text(X509Certificate certificate) {
    return """
    Certificate:
        Data:
            Version: %d (0x%x)
            Serial Number: %s (0x%s)
        Signature Algorithm: %s
            Issuer: %s
            Validity
                Not Before: %s
                Not After : %s
            Subject: %s
    """
        .formatted(
            certificate.getVersion(),
            certificate.getVersion() - 1,
            certificate.getSerialNumber(),
            certificate.getSerialNumber().toString(16),
            certificate.getSigAlgName(),
            name(certificate.getIssuerX500Principal()),
            time(certificate.getNotBefore().toInstant()),
            time(certificate.getNotAfter().toInstant()),
            name(certificate.getSubjectX500Principal()));
  }

  /// In the order in which the certificate has it.
  private static String name(X500Principal principal) {
    List<String> parts =
        new ArrayList<>(List.of(principal.getName(X500Principal.RFC2253).split("(?<!\\\\),", -1)));
    return String.join(",", parts.reversed());
  }

  private static String time(Instant instant) {
    return DateTimeFormatter.ofPattern("MMM d HH:mm:ss yyyy 'UTC'", Locale.US)
        .withZone(ZoneOffset.UTC)
        .format(instant);
  }
}
