package io.denim.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggingTest {
  @Test
  void specsAreNormalized() {
    assertThat(LoggingSpec.parse("gossip,msp=DEBUG:WARNING:grpc=error").toString())
        .isEqualTo("gossip=debug:grpc=error:msp=debug:warn");
    assertThat(LoggingSpec.parse("").toString()).isEqualTo("info");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "loud|bad segment 'loud'",
        "a=b=c|bad segment 'a=b=c'",
        "=info|no logger specified in segment '=info'",
        "a..b=info|bad logger name 'a..b'",
      })
  void malformedSpecsAreRefusedWithFabricsTexts(String spec, String reason) {
    assertThatThrownBy(() -> LoggingSpec.parse(spec))
        .hasMessage("invalid logging specification '" + spec + "': " + reason);
  }

  @Test
  void fabricsLoggersReachTheRoomsThatDoTheirWork() {
    assertThat(LogNames.loggers("orderer.consensus.etcdraft"))
        .containsExactly("io.denim.order", "io.denim.consensus");
    assertThat(LogNames.loggers("gossip.state")).contains("io.denim.gossip.state");
    assertThat(LogNames.loggers("committer.txvalidator")).containsExactly("io.denim.validate");
  }

  @Test
  void linesLookAsFabricsDo() {
    assertThat(
            line(
                "%{time:2006-01-02 15:04:05.000 MST} %{id:04x} %{level:.4s} [%{module}] %{shortfunc} -> %{message}"))
        .isEqualTo("2026-11-21 08:09:10.123 UTC 0001 INFO [order] RaftChain -> ready: \"now\"\n");
    assertThat(line("json"))
        .isEqualTo(
            "{\"level\":\"info\",\"ts\":1.795248550123E9,\"name\":\"order\",\"caller\":\"RaftChain\","
                + "\"msg\":\"ready: \\\"now\\\"\"}\n");
    assertThat(line("logfmt"))
        .isEqualTo(
            "level=info ts=1.795248550123E9 name=order caller=RaftChain msg=\"ready: \\\"now\\\"\"\n");
  }

  @Test
  void whatAClientSendsNeitherEndsALineNorReachesTheTerminal() {
    String forged = "no channel x\n2026-11-21 ERRO [order] gone\u001b[2J\r\u009b\u2028";
    String shown = "no channel x\\n2026-11-21 ERRO [order] gone\\u001b[2J\\u000d\\u009b\\u2028";
    assertThat(line("%{message}", forged)).isEqualTo("ready: " + shown + "\n");
    assertThat(line("logfmt", forged)).endsWith("msg=\"ready: " + shown + "\"\n");
    assertThat(line("logfmt", "a\\\" b=\"c")).endsWith("msg=\"ready: a\\\\\\\" b=\\\"c\"\n");
    assertThat(line("json", forged)).hasLineCount(1);
  }

  @Test
  void linesOfAnErrorAreTellableFromEvents() {
    LoggingEvent event = event("x");
    event.setThrowableProxy(new ThrowableProxy(new IOException("gone\nERRO [order] forged")));
    assertThat(
            new String(new LogFormat("%{message}").encode(event), StandardCharsets.UTF_8).lines())
        .hasSizeGreaterThan(3)
        .filteredOn(each -> !each.startsWith("\t"))
        .containsExactly("ready: x");
  }

  private static String line(String format) {
    return line(format, "\"now\"");
  }

  private static String line(String format, String argument) {
    return new String(new LogFormat(format).encode(event(argument)), StandardCharsets.UTF_8);
  }

  private static LoggingEvent event(String argument) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event = new LoggingEvent();
    event.setLoggerName("io.denim.order.RaftChain");
    event.setLoggerContext(context);
    event.setLevel(Level.INFO);
    event.setMessage("ready: {}");
    event.setArgumentArray(new Object[] {argument});
    event.setInstant(Instant.parse("2026-11-21T08:09:10.123Z"));
    return event;
  }
}
