package dev.warrener.controller.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RefusedSignalsTest {
  private static final int NOTHING = 0;
  private static final boolean IS_ROOT = System.getProperty("user.name").equals("root");

  /** Signals a process of another user again and again: {@code PID}. */
  static final class AgainAndAgain {
    private AgainAndAgain() {}

    public static void main(String[] arguments) {
      var process = Objects.requireNonNull(Stat.of(Long.parseLong(arguments[0]))).id();
      for (int i = 0; i < 100; i++) {
        Signals.send(process, NOTHING);
      }
    }
  }

  @Test
  void processThatCanNotBeSignalledIsLoggedOnce() throws Exception {
    // Process 1 is root's. Root may signal it, but nobody of another user without CAP_KILL.
    var other =
        IS_ROOT
            ? new ProcessBuilder("setpriv", "--reuid", "65534", "--clear-groups", "sleep", "1000")
                .start()
            : null;
    try {
      var command = new ArrayList<String>();
      if (IS_ROOT) {
        command.addAll(List.of("setpriv", "--bounding-set", "-kill", "--inh-caps", "-kill"));
      }
      command.addAll(
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:TieredStopAtLevel=1",
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              AgainAndAgain.class.getName(),
              Long.toString(other == null ? 1 : other.pid())));
      var program = new ProcessBuilder(command).redirectErrorStream(true).start();

      var log = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(program.waitFor()).as(log).isZero();
      assertThat(log.lines().filter(line -> line.contains("was refused with error 1")))
          .as(log)
          .hasSize(1);
    } finally {
      if (other != null) {
        other.destroyForcibly();
      }
    }
  }
}
