package io.denim.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlagSetTest {
  private static FlagSet peer() {
    return new FlagSet(FlagSet.Dialect.PFLAG)
        .text("name", "n", "")
        .text("ctor", "c", "{}", "")
        .texts("peerAddresses", "")
        .toggle("tls", "", false, "")
        .toggle("isInit", "I", false, "")
        .toggle("waitForEvent", "", true, "")
        .number("sequence", "", "")
        .duration("timeout", "t", "10s", "");
  }

  @Test
  void readsFlagsAnywhereAndKeepsTheOtherWords() throws UsageException {
    Flags flags =
        peer()
            .parse(
                List.of(
                    "invoke",
                    "-n",
                    "basic",
                    "--tls",
                    "-c={\"Args\":[]}",
                    "--peerAddresses",
                    "a:1",
                    "-It5s",
                    "--peerAddresses=b:2",
                    "--sequence",
                    "3",
                    "more",
                    "--",
                    "--tls"));

    assertThat(flags.rest()).containsExactly("invoke", "more", "--tls");
    assertThat(flags.text("name")).isEqualTo("basic");
    assertThat(flags.text("ctor")).isEqualTo("{\"Args\":[]}");
    assertThat(flags.texts("peerAddresses")).containsExactly("a:1", "b:2");
    assertThat(flags.on("tls")).isTrue();
    assertThat(flags.on("isInit")).isTrue();
    assertThat(flags.number("sequence")).isEqualTo(3);
    assertThat(flags.duration("timeout")).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void switchesCanBeTurnedOff() throws UsageException {
    assertThat(peer().parse(List.of("--waitForEvent=false")).on("waitForEvent")).isFalse();
    assertThat(peer().parse(List.of("--waitForEvent", "false")).rest()).containsExactly("false");
  }

  @Test
  void takesOneDashOrTwoInTheDialectOfGo() throws UsageException {
    FlagSet set =
        new FlagSet(FlagSet.Dialect.GO).text("profile", "", "").toggle("version", "", false, "");

    assertThat(set.parse(List.of("-profile", "Raft")).text("profile")).isEqualTo("Raft");
    assertThat(set.parse(List.of("--profile=Raft", "-version")).on("version")).isTrue();
    assertThatThrownBy(() -> set.parse(List.of("-porfile", "Raft")))
        .hasMessage("flag provided but not defined: -porfile");
  }

  @Test
  void refusesWhatItDoesNotKnowInTheWordsOfTheLibrary() {
    assertThatThrownBy(() -> peer().parse(List.of("--nam", "x"))).hasMessage("unknown flag: --nam");
    assertThatThrownBy(() -> peer().parse(List.of("-zx")))
        .hasMessage("unknown shorthand flag: 'z' in -zx");
    assertThatThrownBy(() -> peer().parse(List.of("--name")))
        .hasMessage("flag needs an argument: --name");
    assertThatThrownBy(() -> peer().parse(List.of("-n")))
        .hasMessage("flag needs an argument: 'n' in -n");
    assertThatThrownBy(() -> peer().parse(List.of("--sequence", "one")))
        .hasMessageContaining("invalid argument \"one\" for \"--sequence\" flag");
  }
}
