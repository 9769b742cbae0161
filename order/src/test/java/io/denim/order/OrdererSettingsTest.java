package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.denim.node.MetricsSettings;
import io.denim.node.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrdererSettingsTest {
  @TempDir Path folder;

  @Test
  void everyKeyOfTheDocumentationIsKnown() throws Exception {
    String text = Files.readString(Path.of("../docs/configuration.md"));
    List<String> keys =
        Pattern.compile("(?m)^\\| `([^`]+)`")
            .matcher(text.substring(text.indexOf("## orderer.yaml")))
            .results()
            .map((MatchResult row) -> row.group(1))
            .toList();
    StringBuilder yaml = new StringBuilder();
    keys.forEach(key -> yaml.append('"').append(key).append("\":\n"));
    Settings settings = load(yaml.toString(), Map.of());
    OrdererSettings.of(settings);

    assertThat(keys).hasSizeGreaterThan(50);
    assertThat(settings.finish(OrdererSettings.IGNORED).unknown()).isEmpty();
    assertThat(keys)
        .containsAll(OrdererSettings.IGNORED.stream().filter(k -> !k.endsWith(".")).toList());
  }

  @Test
  void valuesReachTheirPlaces() throws Exception {
    OrdererSettings settings =
        OrdererSettings.of(
            load(
                """
                General:
                  Keepalive: {ServerInterval: 30s, ServerTimeout: 5s}
                  BCCSP: {SW: {FileKeyStore: {KeyStore: keys}}}
                ChannelParticipation: {Enabled: false}
                """,
                Map.of("ORDERER_METRICS_PROVIDER", "prometheus")));

    assertThat(settings.grpc().keepalive().interval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.grpc().keepalive().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.msp().keystore()).contains(folder.resolve("keys"));
    assertThat(settings.admin()).isPresent();
    assertThat(settings.operations().metrics().provider())
        .isEqualTo(MetricsSettings.Provider.PROMETHEUS);
  }

  private Settings load(String yaml, Map<String, String> environment) throws Exception {
    Path file = folder.resolve("orderer.yaml");
    Files.writeString(file, yaml);
    return Settings.load(file, "ORDERER", environment);
  }
}
