package io.denim.chaincode.launch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.denim.chaincode.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Packages of type `ccaas`: a `connection.json` whose texts may hold `{{.name}}`, which the
/// variable `CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG` (a JSON object) fills in (fabric v3.1.5
/// ccaas_builder).
final class CcaasBuild implements Builder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*\\.([A-Za-z0-9_]+)\\s*}}");

  private final String configuration;

  /// @param configuration of the variable, empty where it is not set
  CcaasBuild(String configuration) {
    this.configuration = configuration;
  }

  @Override
  public String name() {
    return "denim-ccaas";
  }

  @Override
  public boolean detects(BuildContext context) {
    return context.metadata().kind().equals("ccaas");
  }

  @Override
  public void build(BuildContext context) throws LaunchException {
    Path source = context.source().resolve("connection.json");
    if (!Files.isRegularFile(source)) {
      throw new LaunchException("connection.json not found in source folder");
    }
    try {
      if (!(JSON.readTree(Files.readAllBytes(source)) instanceof ObjectNode connection)) {
        throw new LaunchException("connection.json holds no object");
      }
      JsonNode values = configuration.isEmpty() ? JSON.nullNode() : JSON.readTree(configuration);
      for (Map.Entry<String, JsonNode> field : connection.properties()) {
        if (field.getValue().isTextual()) {
          connection.put(field.getKey(), fill(field.getValue().textValue(), values));
        }
      }
      Path target = ChaincodeServer.file(context.release());
      Path folder = target.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.write(target, JSON.writeValueAsBytes(connection));
      ChaincodeServer.read(target);
    } catch (JsonProcessingException e) {
      throw new LaunchException("connection.json is malformed: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new LaunchException("could not write connection.json: " + e.getMessage(), e);
    }
  }

  @Override
  public Command command(Path output, ChaincodeEnvironment chaincode) throws LaunchException {
    throw new LaunchException("a chaincode server is not started by the peer");
  }

  private static String fill(String text, JsonNode values) {
    Matcher place = PLACE.matcher(text);
    return place.replaceAll(
        match -> Matcher.quoteReplacement(values.path(match.group(1)).asText("<no value>")));
  }
}
