package io.denim.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Policies as text and what real Fabric makes of them.
class PolicyLanguageGoldenTest {
  static Stream<JsonNode> vectors() throws Exception {
    Path file =
        Path.of(System.getProperty("denim.testdata"), "golden", "vectors", "signature_policy.json");
    JsonNode vectors = new ObjectMapper().readTree(file.toFile()).get("vectors");
    return StreamSupport.stream(vectors.spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void policiesReadAsInFabric(JsonNode vector) throws Exception {
    String text = vector.get("policy").asText();
    if (vector.has("error")) {
      String error = vector.get("error").asText().replaceFirst(" \\(\\d+:\\d+\\)$", "");
      if (error.startsWith("unexpected token") || error.startsWith("bad number")) {
        assertThatThrownBy(() -> PolicyLanguage.parse(text))
            .isInstanceOf(PolicyConfigException.class);
      } else {
        assertThatThrownBy(() -> PolicyLanguage.parse(text))
            .isInstanceOf(PolicyConfigException.class)
            .hasMessageStartingWith(error);
      }
    } else {
      SignaturePolicyEnvelope policy = PolicyLanguage.parse(text);
      assertThat(HexFormat.of().formatHex(policy.toByteArray()))
          .isEqualTo(vector.get("signature_policy_envelope_hex").asText());
      assertThat(PolicyLanguage.parse(PolicyLanguage.print(policy))).isEqualTo(policy);
    }
  }
}
