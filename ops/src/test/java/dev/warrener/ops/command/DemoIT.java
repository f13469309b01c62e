package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.ops.invocation.BrokerResolution;
import dev.warrener.ops.screen.TerminalStreams;
import dev.warrener.testbroker.TestBroker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo, on the embedded broker, and the same on the broker of the tests. */
class DemoIT {
  @Test
  void tutorialsFirstExampleEndsConfirmed() {
    var ran = run("--in-flight", "requeue");

    assertThat(ran.out())
        .contains("embedded Qpid Broker-J")
        .contains("Task 0 running", "Task 1 running", "Task 2 running", "Task 3 running")
        .contains("4 workers dead, tasks: 4 requeued")
        .contains("✓ 4 of 4 worker processes are gone from /proc")
        .contains("✓ queue demo holds 4 tasks, and 0 dead letters")
        .contains("Confirmed, after ")
        .doesNotContain("✗");
    assertThat(ran.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"purge", "dead-letter"})
  void otherFatesEndConfirmed(String fate) {
    var ran = run("--in-flight", fate, "--then", "exit", "--workers", "2", "--tasks", "3");

    assertThat(ran.out())
        .contains("2 workers dead, tasks: 2 " + (fate.equals("purge") ? "purged" : "dead-lettered"))
        .contains(
            "✓ queue demo holds 1 task, and "
                + (fate.equals("purge") ? "0 dead letters" : "2 dead letters"))
        .contains("✓ the controller has ended itself with status 0");
  }

  @Test
  void secondBatchFinishes() {
    var ran = run("--batches");

    assertThat(ran.out())
        .contains("2 workers dead, tasks: 2 dead-lettered")
        .contains("Task 2 Done", "Task 3 Done")
        .doesNotContain("Task 0 Done", "Task 1 Done")
        .contains("✓ 2 of 2 tasks of the second batch have succeeded")
        .contains("✓ each dead letter names the order");
  }

  @Test
  void givenBrokerHasAFleetMoreForAsLongAsItTakes() {
    try (var vhost = TestBroker.get().freshVhost();
        var fleet = new CommandLineFleet(vhost.uri(), vhost.namespace())) {
      var ran = fleet.run("demo", "--then", "respawn", "--workers", "2", "--tasks", "2").ends(0);

      assertThat(ran.out())
          .contains("Confirmed, after ")
          .contains("✓ the pool is back to 2 workers")
          .doesNotContain("embedded");
    }
  }

  /** Runs the demo with a broker of its own. */
  private static CommandLineFleet.Ran run(String... options) {
    var arguments = new ArrayList<>(List.of("demo"));
    arguments.addAll(List.of(options));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status =
        WarrenerCommand.run(
            arguments.toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            TerminalStreams.NONE,
            // As a shell has it that was told to forget its broker: the same as none.
            Map.of(BrokerResolution.URI, ""));
    return new CommandLineFleet.Ran(
            status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8))
        .ends(0);
  }
}
