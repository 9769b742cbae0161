package io.denim.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.denim.node.MetricsSettings;
import io.denim.node.Settings;
import io.denim.node.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerSettingsTest {
  @TempDir Path folder;

  @Test
  void everyKeyOfTheDocumentationIsKnown() throws Exception {
    List<String> keys = documented();
    StringBuilder yaml = new StringBuilder();
    keys.forEach(key -> yaml.append('"').append(key).append("\":\n"));
    Settings settings = load(yaml.toString(), Map.of());
    PeerSettings.of(settings);

    assertThat(keys).hasSizeGreaterThan(100);
    assertThat(settings.finish(PeerSettings.IGNORED).unknown()).isEmpty();
    assertThat(keys)
        .containsAll(PeerSettings.IGNORED.stream().filter(k -> !k.endsWith(".")).toList());
  }

  @Test
  void valuesReachTheirPlaces() throws Exception {
    PeerSettings settings =
        PeerSettings.of(
            load(
                """
                peer:
                  address: peer0:7051
                  keepalive: {interval: 30s, timeout: 5s, minInterval: 1s}
                  validatorPoolSize: 7
                  BCCSP: {SW: {FileKeyStore: {KeyStore: keys}}}
                  discovery: {enabled: false}
                chaincode:
                  system: {_lifecycle: enable, cscc: enable, lscc: disable, qscc: enable}
                """,
                Map.of(
                    "CORE_METRICS_PROVIDER", "statsd",
                    "CORE_METRICS_STATSD_WRITEINTERVAL", "3s",
                    "CORE_METRICS_STATSD_PREFIX", "org1",
                    "CORE_CHAINCODE_EXTERNALBUILDERS", "[{name: a, path: /opt/a}]")));

    assertThat(settings.grpc().keepalive().interval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.limits().validators()).isEqualTo(7);
    assertThat(settings.self().keystore()).contains(folder.resolve("keys"));
    assertThat(settings.gateway().discovery()).isEqualTo(new PeerSettings.Discovery(false, false));
    assertThat(settings.chaincode().disabledSystemChaincodes()).containsExactly("lscc");
    assertThat(settings.chaincode().externalBuilders())
        .containsExactly(Map.of("name", "a", "path", "/opt/a"));
    MetricsSettings metrics = settings.operations().metrics();
    assertThat(metrics.provider()).isEqualTo(MetricsSettings.Provider.STATSD);
    assertThat(metrics.statsd().interval()).isEqualTo(Duration.ofSeconds(3));
    assertThat(metrics.statsd().prefix()).isEqualTo("org1");
  }

  @Test
  void whatCannotBeHonouredSafelyIsRefused() {
    assertThatThrownBy(() ->
            PeerSettings.of(
                load(
                    """
                    peer:
                      BCCSP: {Default: PKCS11}
                      handlers:
                        authFilters: [{name: Own, library: /opt/own.so}]
                        validators: {vscc: {name: DefaultValidation, library: /opt/vscc.so}}
                      tls:
                        enabled: true
                        cert: {file: absent.crt}
                        key: {file: absent.key}
                    """,
                    Map.of("CORE_METRICS_PROVIDER", "graphite"))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("core.yaml: peer.BCCSP.Default is 'PKCS11', but SW")
        .hasMessageContaining("peer.handlers.authFilters is '/opt/own.so'")
        .hasMessageContaining("peer.handlers.validators.vscc.library is '/opt/vscc.so'")
        .hasMessageContaining("peer.tls.cert.file is '" + folder.resolve("absent.crt") + "'")
        .hasMessageContaining(
            "CORE_METRICS_PROVIDER is 'graphite', but one of prometheus, statsd, disabled");
  }

  private static List<String> documented() throws Exception {
    String text = Files.readString(Path.of("../docs/configuration.md"));
    String section = text.substring(text.indexOf("## core.yaml"), text.indexOf("## orderer.yaml"));
    return Pattern.compile("(?m)^\\| `([^`]+)`")
        .matcher(section)
        .results()
        .map((MatchResult row) -> row.group(1))
        .toList();
  }

  private Settings load(String yaml, Map<String, String> environment) throws Exception {
    Path file = folder.resolve("core.yaml");
    Files.writeString(file, yaml);
    return Settings.load(file, "CORE", environment);
  }
}
