package io.denim.chaincode.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A chaincode's process gets as much memory as the settings say, and no more.
class SandboxTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  @BeforeEach
  void needsTheProgram() {
    assumeThat(Processes.programs("prlimit")).as("prlimit is not in PATH").isPresent();
  }

  @Test
  void aProcessThatWantsMoreMemoryThanItsBoundEnds() throws Exception {
    // Without an end of line, sort keeps all that it has read.
    Command hog = shell("head -c 300000000 /dev/zero | sort --buffer-size=1G > /dev/null");
    assertThat(run(hog, 32 << 20).exitCode()).isNotZero();
    assertThat(run(hog, 0).exitCode()).isZero();
  }

  @Test
  void itLeavesNoCoreDumpAndHasBoundedFiles() throws Exception {
    Processes.Finished finished = run(shell("ulimit -c; ulimit -n; ulimit -d"), 64 << 20);
    assertThat(finished.lastLines()).contains("0").contains("16384").contains("65536");
  }

  private Command shell(String script) {
    return new Command(
        List.of("/bin/sh", "-c", script), Command.inherited(List.of("PATH")), folder);
  }

  private Processes.Finished run(Command command, long memory) throws Exception {
    Sandbox sandbox = Sandbox.of(new LaunchSettings.Isolation(false, memory));
    try (Processes processes = new Processes()) {
      return processes.run(sandbox.wrap(command, folder, folder), PATIENCE, line -> {});
    }
  }
}
