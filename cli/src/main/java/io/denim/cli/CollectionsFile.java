package io.denim.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyLanguage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.CollectionPolicyConfig;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// Private-data collections as a file describes them, a JSON array (fabric v3.1.5
/// internal/peer/chaincode/common.go GetCollectionConfigFromFile).
public final class CollectionsFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CollectionsFile() {}

  /// @throws ClientException if the file cannot be read or is no list of collections
  public static CollectionConfigPackage read(Path file) throws ClientException {
    JsonNode collections;
    try {
      collections = JSON.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ClientException("could not read collections file " + file + ": no such file", e);
    } catch (JsonProcessingException e) {
      throw new ClientException(
          "could not parse the collection configuration "
              + file
              + ": "
              + e.getOriginalMessage()
              + " (line "
              + e.getLocation().getLineNr()
              + ")",
          e);
    } catch (IOException e) {
      throw new ClientException("could not read collections file " + file + ": " + e, e);
    }
    if (!collections.isArray()) {
      throw new ClientException(
          "could not parse the collection configuration " + file + ": it is not a JSON array");
    }
    CollectionConfigPackage.Builder all = CollectionConfigPackage.newBuilder();
    for (JsonNode collection : collections) {
      all.addConfig(CollectionConfig.newBuilder().setStaticCollectionConfig(one(collection)));
    }
    return all.build();
  }

  private static StaticCollectionConfig one(JsonNode json) throws ClientException {
    String name = json.path("name").asText("");
    StaticCollectionConfig.Builder collection =
        StaticCollectionConfig.newBuilder()
            .setName(name)
            .setRequiredPeerCount(json.path("requiredPeerCount").asInt(0))
            .setMaximumPeerCount(json.path("maxPeerCount").asInt(0))
            .setBlockToLive(json.path("blockToLive").asLong(0))
            .setMemberOnlyRead(json.path("memberOnlyRead").asBoolean(false))
            .setMemberOnlyWrite(json.path("memberOnlyWrite").asBoolean(false));
    try {
      collection.setMemberOrgsPolicy(
          CollectionPolicyConfig.newBuilder()
              .setSignaturePolicy(PolicyLanguage.parse(json.path("policy").asText(""))));
      JsonNode endorsement = json.path("endorsementPolicy");
      if (endorsement.isObject()) {
        collection.setEndorsementPolicy(
            ApplicationPolicies.of(
                endorsement.path("signaturePolicy").asText(""),
                endorsement.path("channelConfigPolicy").asText("")));
      }
    } catch (PolicyConfigException | ClientException e) {
      throw new ClientException(
          "invalid policy of collection '" + name + "': " + e.getMessage(), e);
    }
    return collection.build();
  }
}
