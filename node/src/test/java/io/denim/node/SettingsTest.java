package io.denim.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void readsWithFabricsConventions() throws Exception {
    Settings settings =
        load(
            """
            Peer:
              Id: jdoe
              tls: {enabled: true, cert: {file: tls/server.crt}}
              keepalive: {interval: 1m30s}
            ledger:
              size: 10 MB
            chaincode:
              system: [a, b]
            """,
            Map.of());

    assertThat(settings.text("peer.id", "")).isEqualTo("jdoe");
    assertThat(settings.flag("peer.tls.enabled", false)).isTrue();
    assertThat(settings.path("peer.tls.cert.file")).contains(folder.resolve("tls/server.crt"));
    assertThat(settings.duration("peer.keepalive.interval", Duration.ZERO))
        .isEqualTo(Duration.ofSeconds(90));
    assertThat(settings.bytes("ledger.size", 0)).isEqualTo(10 << 20);
    assertThat(settings.texts("chaincode.system")).containsExactly("a", "b");
    assertThat(settings.number("peer.absent", 7, 0, 9)).isEqualTo(7);
    assertThat(settings.finish(Set.of()).unknown()).isEmpty();
  }

  @Test
  void everyKeyHasAVariableEvenWhereTheFileHasNone() throws Exception {
    Settings settings =
        load(
            "peer:\n  id: jdoe\n",
            Map.of(
                "CORE_PEER_ID", "peer0",
                "CORE_PEER_TLS_ENABLED", "true",
                "CORE_PEER_ADDRESS", "",
                "CORE_CHAINCODE_EXTERNALBUILDERS",
                    "[{name: ccaas, path: /opt/ccaas, propagateEnvironment: [A, B]}]",
                "CORE_PEER_GOSSIP_BOOTSTRAP", "a:1 b:2"));

    assertThat(settings.text("peer.id", "")).isEqualTo("peer0");
    assertThat(settings.flag("peer.tls.enabled", false)).isTrue();
    assertThat(settings.text("peer.address", "default")).isEqualTo("default");
    assertThat(settings.texts("peer.gossip.bootstrap")).containsExactly("a:1", "b:2");
    assertThat(settings.tables("chaincode.externalBuilders"))
        .containsExactly(
            Map.of(
                "name", "ccaas", "path", "/opt/ccaas", "propagateenvironment", List.of("A", "B")));
  }

  @Test
  void wrongValuesAreReportedTogetherWithWhereTheyStand() throws Exception {
    Settings settings =
        load(
            "peer:\n  limit: many\n  wait: 10\n",
            Map.of("CORE_PEER_TLS_ENABLED", "perhaps", "CORE_PEER_WAIT", "soon"));
    settings.number("peer.limit", 1, 1, 100);
    settings.flag("peer.tls.enabled", false);
    settings.duration("peer.wait", Duration.ZERO);

    assertThatThrownBy(() -> settings.finish(Set.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            folder.resolve("core.yaml")
                + ": peer.limit is 'many', but a whole number from 1 to 100 is expected")
        .hasMessageContaining("environment variable CORE_PEER_TLS_ENABLED is 'perhaps'")
        .hasMessageContaining("environment variable CORE_PEER_WAIT is 'soon'");
  }

  @Test
  void keysThatNobodyAskedForAreNamedWithWhatWasMeant() throws Exception {
    Settings settings =
        load("peer:\n  adress: a:1\n  profile: {enabled: true}\nvm: {endpoint: x}\n", Map.of());
    settings.text("peer.address", "");

    Settings.Unused unused = settings.finish(Set.of("peer.profile."));

    assertThat(unused.ignored()).containsExactly("peer.profile.enabled");
    assertThat(unused.unknown())
        .containsExactly("peer.adress (did you mean peer.address?)", "vm.endpoint");
  }

  @Test
  void variablesThatOverrideNothingAreNamedWithWhatWasMeant() throws Exception {
    Settings settings =
        load(
            "peer: {id: jdoe}\n",
            Map.of(
                "CORE_PEER_ADRESS", "a:1",
                "CORE_PEER_ADDRESS", "a:1",
                "CORE_VM_ENDPOINT", "x",
                "CORE_UNRELATED_THING_OF_OLD", "x",
                "ORDERER_GENERAL_X", "x"));
    settings.text("peer.address", "");

    assertThat(settings.unknownVariables(Set.of("vm.")))
        .containsExactly(
            "CORE_PEER_ADRESS (did you mean CORE_PEER_ADDRESS?)", "CORE_UNRELATED_THING_OF_OLD");
  }

  @Test
  void aMissingFileSaysWhereItIsLookedFor() {
    assertThatThrownBy(() -> Settings.load(folder.resolve("core.yaml"), "CORE", Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve("core.yaml").toString())
        .hasMessageContaining("FABRIC_CFG_PATH");
  }

  @Test
  void whatGoReadsAsADurationAndNothingElse() {
    assertThat(GoDuration.parseAsGo("1h1.5s.5ms")).isEqualTo(Duration.parse("PT1H1.5005S"));
    assertThat(GoDuration.parseAsGo("-1.s")).isEqualTo(Duration.ofSeconds(-1));
    assertThat(GoDuration.parseAsGo("+0")).isEqualTo(Duration.ZERO);
    Map<String, String> refused =
        Map.of(
            "", "time: invalid duration \"\"",
            " 1s", "time: invalid duration \" 1s\"",
            "1s ", "time: unknown unit \"s \" in duration \"1s \"",
            "300os", "time: unknown unit \"os\" in duration \"300os\"",
            "10", "time: missing unit in duration \"10\"",
            ".s", "time: invalid duration \".s\"",
            "1é\"", "time: unknown unit \"\\xc3\\xa9\\\"\" in duration \"1\\xc3\\xa9\\\"\"",
            "9999999h", "time: invalid duration \"9999999h\"");
    refused.forEach(
        (text, words) -> assertThatThrownBy(() -> GoDuration.parseAsGo(text)).hasMessage(words));
  }

  @Test
  void durationsAndSizesAsGoWritesThem() {
    assertThat(GoDuration.parse("1h2m3.5s")).isEqualTo(Duration.ofMillis(3_723_500));
    assertThat(GoDuration.parse("10")).isEqualTo(Duration.ofNanos(10));
    assertThat(GoDuration.format(Duration.ofMillis(90_500))).isEqualTo("1m30.5s");
    assertThat(GoDuration.format(Duration.ofMillis(300))).isEqualTo("300ms");
    assertThat(GoDuration.format(Duration.ofHours(1))).isEqualTo("1h0m0s");
    assertThat(ByteSize.parse("512 KB")).isEqualTo(512 << 10);
    assertThat(ByteSize.parse("99mb")).isEqualTo(99 << 20);
    for (String wrong : List.of("", "10x", "s", "1m-3s", "999999999h")) {
      assertThatThrownBy(() -> GoDuration.parse(wrong)).hasMessageContaining("not a duration");
    }
  }

  private Settings load(String yaml, Map<String, String> environment) throws IOException {
    Path file = folder.resolve("core.yaml");
    Files.writeString(file, yaml);
    return Settings.load(file, "CORE", environment);
  }
}
