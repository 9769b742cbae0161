package io.denim.testnet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Tells older SDKs (fabric-network, fabric-sdk-java and others) how to reach an organization:
/// `connection-orgN.json` and `.yaml` in its folder, with the names and content that test-network
/// of fabric-samples gives them (organizations/ccp-generate.sh).
final class ConnectionProfile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ConnectionProfile() {}

  /// Writes both files for every organization.
  ///
  /// @param organizations the folder `organizations` to write in
  /// @throws IOException if a certificate cannot be read or a file not written
  static void writeAll(Path organizations, NetworkPlan plan) throws IOException {
    for (int i = 0; i < plan.organizations().size(); i++) {
      NetworkPlan.Organization organization = plan.organizations().get(i);
      Path folder = organizations.resolve("peerOrganizations").resolve(organization.domain());
      ObjectNode profile = profile(folder, organization, plan.authorities().get(i));
      String name = "connection-" + organization.name().toLowerCase(Locale.ROOT);
      Files.writeString(folder.resolve(name + ".json"), profile.toPrettyString() + "\n");
      Files.writeString(folder.resolve(name + ".yaml"), yaml(profile));
    }
  }

  private static ObjectNode profile(
      Path folder, NetworkPlan.Organization organization, NetworkPlan.Authority own)
      throws IOException {
    String authority = "ca." + organization.domain();
    ObjectNode profile =
        JSON.createObjectNode()
            .put("name", "test-network-" + organization.name().toLowerCase(Locale.ROOT))
            .put("version", "1.0.0");
    ObjectNode client = profile.putObject("client").put("organization", organization.name());
    client.putObject("connection").putObject("timeout").putObject("peer").put("endorser", "300");
    ObjectNode owner =
        profile
            .putObject("organizations")
            .putObject(organization.name())
            .put("mspid", organization.mspId());
    ArrayNode names = owner.putArray("peers");
    owner.putArray("certificateAuthorities").add(authority);
    ObjectNode peers = profile.putObject("peers");
    String tlsRoot =
        Files.readString(
            folder.resolve("tlsca").resolve("tlsca." + organization.domain() + "-cert.pem"));
    for (NetworkPlan.Peer peer : organization.peers()) {
      names.add(peer.hostname());
      ObjectNode entry = peers.putObject(peer.hostname()).put("url", "grpcs://" + peer.address());
      entry.putObject("tlsCACerts").put("pem", tlsRoot);
      entry
          .putObject("grpcOptions")
          .put("ssl-target-name-override", peer.hostname())
          .put("hostnameOverride", peer.hostname());
    }
    ObjectNode ca =
        profile
            .putObject("certificateAuthorities")
            .putObject(authority)
            .put("url", "https://" + own.address())
            .put("caName", own.name());
    ca.putObject("tlsCACerts")
        .putArray("pem")
        .add(Files.readString(folder.resolve("ca").resolve(authority + "-cert.pem")));
    ca.putObject("httpOptions").put("verify", false);
    return profile;
  }

  /// Block style throughout. Each text is quoted as in JSON, which YAML reads as it does.
  private static String yaml(ObjectNode profile) {
    StringBuilder out = new StringBuilder("---\n");
    fields(out, profile, "");
    return out.toString();
  }

  private static void fields(StringBuilder out, ObjectNode node, String indent) {
    node.properties()
        .forEach(field -> {
          out.append(indent).append(field.getKey()).append(':');
          switch (field.getValue()) {
            case ObjectNode inner -> {
              out.append('\n');
              fields(out, inner, indent + "  ");
            }
            case ArrayNode list -> {
              out.append('\n');
              list.forEach(
                  item -> out.append(indent).append("- ").append(item.toString()).append('\n'));
            }
            default -> out.append(' ').append(field.getValue()).append('\n');
          }
        });
  }
}
