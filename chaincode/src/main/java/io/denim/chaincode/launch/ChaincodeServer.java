package io.denim.chaincode.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.chaincode.LaunchException;
import io.denim.chaincode.ShimHost;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A chaincode that is a server, as its `connection.json` describes it (fabric v3.1.5
/// core/container/externalbuilder/instance.go).
///
/// @param dialTimeout how long connecting may take
record ChaincodeServer(String address, Duration dialTimeout, Optional<ClientTls> tls) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(3);

  /// Where a build's release folder has the file.
  static Path file(Path release) {
    return release.resolve("chaincode").resolve("server").resolve("connection.json");
  }

  /// @throws LaunchException if the file is malformed or incomplete
  static ChaincodeServer read(Path file) throws LaunchException {
    JsonNode json;
    try {
      json = JSON.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new LaunchException("malformed chaincode info at '" + file + "': " + e.getMessage(), e);
    }
    String address = json.path("address").asText();
    if (address.isEmpty()) {
      throw new LaunchException("chaincode address not provided");
    }
    return new ChaincodeServer(address, dialTimeout(json.path("dial_timeout")), tls(json));
  }

  /// Connects, and stays until the stream has ended.
  ///
  /// @throws LaunchException if the server cannot be reached in time
  void stream(String packageId, ShimHost host) throws LaunchException, InterruptedException {
    ManagedChannel channel;
    try {
      channel = GrpcClient.channel(address, tls);
    } catch (TlsConfigurationException e) {
      throw new LaunchException(
          "connection to "
              + packageId
              + " failed: error creating grpc connection to "
              + address
              + ": "
              + e.getMessage(),
          e);
    }
    try {
      if (!awaitReady(channel)) {
        throw new LaunchException(
            "connection to "
                + packageId
                + " failed: error cannot create connection for "
                + packageId
                + ": error creating grpc connection to "
                + address
                + ": context deadline exceeded");
      }
      host.stream(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  /// Connects, trying again until the time is up.
  private boolean awaitReady(ManagedChannel channel) throws InterruptedException {
    long end = System.nanoTime() + dialTimeout.toNanos();
    while (true) {
      ConnectivityState state = channel.getState(true);
      if (state == ConnectivityState.READY) {
        return true;
      }
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      if (state == ConnectivityState.TRANSIENT_FAILURE) {
        channel.resetConnectBackoff();
      }
      if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    }
  }

  private static Duration dialTimeout(JsonNode value) throws LaunchException {
    if (value.isNumber()) {
      return value.longValue() == 0 ? DIAL_TIMEOUT : Duration.ofNanos(value.longValue());
    }
    String text = value.asText();
    if (text.isEmpty()) {
      return DIAL_TIMEOUT;
    }
    Duration parsed = GoTime.parse(text);
    return parsed.isZero() ? DIAL_TIMEOUT : parsed;
  }

  private static Optional<ClientTls> tls(JsonNode json) throws LaunchException {
    if (!json.path("tls_required").asBoolean()) {
      return Optional.empty();
    }
    boolean clientAuth = json.path("client_auth_required").asBoolean();
    ByteString root = bytes(json, "root_cert");
    if (clientAuth && bytes(json, "client_key").isEmpty()) {
      throw new LaunchException("chaincode tls key not provided");
    }
    if (clientAuth && bytes(json, "client_cert").isEmpty()) {
      throw new LaunchException("chaincode tls cert not provided");
    }
    if (root.isEmpty()) {
      throw new LaunchException("chaincode tls root cert not provided");
    }
    if (!clientAuth) {
      return Optional.of(new ClientTls(List.of(root), Optional.empty(), Optional.empty()));
    }
    String domain = json.path("domain").asText();
    return Optional.of(
        new ClientTls(
            List.of(root),
            Optional.of(new TlsKeyPair(bytes(json, "client_cert"), bytes(json, "client_key"))),
            domain.isEmpty() ? Optional.empty() : Optional.of(domain)));
  }

  private static ByteString bytes(JsonNode json, String field) {
    return ByteString.copyFromUtf8(json.path(field).asText());
  }
}
