package io.denim.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;

/// Keeps a network's plan in its directory, so that it is the same network the next time.
final class PlanFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PlanFile() {}

  /// Lays a network out; nothing is kept yet.
  ///
  /// @throws IOException if no port is free
  static NetworkPlan draft(NetworkSpec spec) throws IOException {
    try (FreePorts free = new FreePorts()) {
      return NetworkPlan.of(spec, customary -> spec.freePorts() ? free.port(customary) : customary);
    }
  }

  /// Keeps a plan.
  ///
  /// @throws IOException if it cannot be written
  static void write(Path file, NetworkPlan plan) throws IOException {
    NetworkSpec spec = plan.spec();
    ObjectNode tree =
        JSON.createObjectNode()
            .put("channel", spec.channel())
            .put("organizations", spec.organizations())
            .put("peers", spec.peers())
            .put("orderers", spec.orderers())
            .put("batch", spec.batch())
            .put("timeoutMillis", spec.timeout().toMillis())
            .put("freePorts", spec.freePorts());
    ArrayNode ports = tree.putArray("ports");
    plan.ports().forEach(ports::add);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, tree.toPrettyString() + "\n");
  }

  /// Reads the plan of a network that exists.
  ///
  /// @throws IOException if it cannot be read
  static NetworkPlan read(Path file) throws IOException {
    JsonNode tree = JSON.readTree(Files.readAllBytes(file));
    try {
      NetworkSpec spec =
          new NetworkSpec(
              tree.required("channel").asText(),
              tree.required("organizations").asInt(),
              tree.required("peers").asInt(),
              tree.required("orderers").asInt(),
              tree.required("batch").asInt(),
              Duration.ofMillis(tree.required("timeoutMillis").asLong()),
              tree.required("freePorts").asBoolean());
      Iterator<JsonNode> ports = tree.required("ports").elements();
      return NetworkPlan.of(
          spec, // a plan without ports for CAs is from before there were any
          customary -> ports.hasNext() ? ports.next().asInt() : customary);
    } catch (RuntimeException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }
}
