package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.ops.command.WarrenerCommand;
import dev.warrener.ops.screen.TerminalStreams;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopedOrderCommandTest {
  /** The broker can't be reached: so the arguments were taken. */
  private static final int UNAVAILABLE = 69;

  @ParameterizedTest
  @ValueSource(strings = {"hold -y", "resume -y", "resume --yes", "drain -y", "kill -y"})
  void scriptMayConfirmEveryOrderInAdvance(String start) {
    var err = new ByteArrayOutputStream();
    var stream = new PrintStream(err, true, StandardCharsets.UTF_8);

    int status =
        WarrenerCommand.run(
            (start + " --queue mail --broker amqp://127.0.0.1:1").split(" ", -1),
            stream,
            stream,
            TerminalStreams.NONE,
            Map.of());

    assertThat(status).as("%s", err.toString(StandardCharsets.UTF_8)).isEqualTo(UNAVAILABLE);
  }
}
