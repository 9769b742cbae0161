package io.denim.chaincode.launch;

import com.google.protobuf.ByteString;
import io.denim.wire.SecretFile;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How a started chaincode introduces itself to the peer: environment variables, and files with its
/// key and certificates in a folder of its own (fabric v3.1.5
/// core/container/dockercontroller/dockercontroller.go).
///
/// @param folder private to this start
record ChaincodeEnvironment(
    String packageId, LaunchSettings settings, Optional<Tls> tls, Path folder) {
  /// @param root PEM, to check the peer with
  record Tls(TlsKeyPair keyPair, ByteString root) {}

  /// Asks for a new certificate, if chaincodes use TLS, and writes the files.
  ///
  /// @throws IOException if they cannot be written
  static ChaincodeEnvironment create(String packageId, LaunchSettings settings, Path folder)
      throws IOException {
    Optional<Tls> tls =
        settings
            .peer()
            .authority()
            .map(authority -> new Tls(authority.issue(packageId), authority.rootCertificate()));
    ChaincodeEnvironment created = new ChaincodeEnvironment(packageId, settings, tls, folder);
    if (tls.isPresent()) {
      created.write("client_pem.key", tls.get().keyPair().privateKey());
      created.write("client_pem.crt", tls.get().keyPair().certificateChain());
      created.write("client.key", base64(tls.get().keyPair().privateKey()));
      created.write("client.crt", base64(tls.get().keyPair().certificateChain()));
      created.write("peer.crt", tls.get().root());
    }
    return created;
  }

  String peerAddress() {
    return settings.peer().address();
  }

  /// The variables, together with those that any program needs.
  Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>(Command.inherited(java.util.List.of()));
    variables.put("HOME", folder.toString());
    variables.put("CORE_CHAINCODE_ID_NAME", packageId);
    variables.put("CORE_PEER_ADDRESS", peerAddress());
    variables.put("CORE_PEER_LOCALMSPID", settings.peer().mspId());
    variables.putAll(settings.logging());
    long memory = settings.isolation().memoryBytes();
    if (memory > 0) { // so that the runtimes collect their garbage before they meet the bound
      variables.put("GOMEMLIMIT", String.valueOf(memory / 10 * 9));
      variables.put("NODE_OPTIONS", "--max-old-space-size=" + heapMebibytes());
    }
    variables.put("CORE_PEER_TLS_ENABLED", String.valueOf(tls.isPresent()));
    if (tls.isPresent()) {
      variables.put("CORE_TLS_CLIENT_KEY_PATH", path("client.key"));
      variables.put("CORE_TLS_CLIENT_CERT_PATH", path("client.crt"));
      variables.put("CORE_TLS_CLIENT_KEY_FILE", path("client_pem.key"));
      variables.put("CORE_TLS_CLIENT_CERT_FILE", path("client_pem.crt"));
      variables.put("CORE_PEER_TLS_ROOTCERT_FILE", path("peer.crt"));
    }
    return variables;
  }

  /// How much of the memory a garbage-collected heap may take, the rest being for code, stacks and
  /// buffers; 0 if there is no bound.
  long heapMebibytes() {
    return ((settings.isolation().memoryBytes() / 5) * 3) >> 20;
  }

  /// Writes a file that only this user can read.
  void write(String name, ByteString content) throws IOException {
    SecretFile.write(folder.resolve(name), content);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static ByteString base64(ByteString content) {
    return ByteString.copyFrom(Base64.getEncoder().encode(content.toByteArray()));
  }
}
