package io.denim.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
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

  private static String line(String format) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event = new LoggingEvent();
    event.setLoggerName("io.denim.order.RaftChain");
    event.setLoggerContext(context);
    event.setLevel(Level.INFO);
    event.setMessage("ready: {}");
    event.setArgumentArray(new Object[] {"\"now\""});
    event.setInstant(Instant.parse("2026-11-21T08:09:10.123Z"));
    return new String(new LogFormat(format).encode(event), StandardCharsets.UTF_8);
  }
}
