package dev.warrener.ops.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.warrener.embedded.EmbeddedBroker;
import dev.warrener.ops.Main;
import dev.warrener.ops.command.WarrenerCommand;
import dev.warrener.ops.demo.RuntimeDirectory;
import dev.warrener.ops.screen.TerminalStreams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A controller with two workers on an embedded broker, which runs tasks and receives kills
 * repeatedly; the last kill comes from a {@code warrener kill} in its own program. Only that
 * program and the controller are watched, each for its own cache, because the Java VM loads all
 * classes of its cache at the start.
 */
final class FleetTraining {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private static final String QUEUE = "training";
  private static final String TASKS = "300";

  /**
   * The number of kills in the training, so that the path of a kill is as well trained as that of a
   * controller that has run for long.
   */
  private static final int KILLS = 5;

  private final Map<String, String> environment;

  private FleetTraining(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Records a training of the two programs. Returns the larger of their exit statuses. */
  static int run(WatchedVm commands, WatchedVm controllers)
      throws IOException, InterruptedException {
    try (var broker = EmbeddedBroker.start();
        var runtime = RuntimeDirectory.create()) {
      var training =
          new FleetTraining(
              Map.of(
                  "WARRENER_BROKER",
                  broker.uri().toString(),
                  "WARRENER_NAMESPACE",
                  "training",
                  "WARRENER_USER",
                  "",
                  "WARRENER_PASSWORD_FILE",
                  ""));
      var controller = training.startController(controllers, runtime.path());
      try {
        int kill = training.train(controller, commands);
        controller.destroy();
        return Math.max(kill, controller.waitFor());
      } finally {
        controller.destroyForcibly();
      }
    }
  }

  private Process startController(WatchedVm vm, Path runtime) throws IOException {
    var builder =
        vm.start(
            System.getProperty("java.class.path"),
            List.of(
                Main.class.getName(),
                "controller",
                "--id",
                "training",
                "--queue",
                QUEUE + "=2",
                "--set",
                "runtime-directory=" + runtime,
                "--set",
                "state-directory=" + runtime.resolve("state")));
    builder.inheritIO().environment().putAll(environment);
    return builder.start();
  }

  private int train(Process controller, WatchedVm commands)
      throws IOException, InterruptedException {
    awaitWorkers(controller);
    command("publish", QUEUE, "echo", "null", "--count", TASKS, "--wait", "--timeout", "60s");
    for (int i = 0; i < KILLS; i++) {
      command("kill", "--all", "--then", "respawn", "--reason", "training run", "--yes");
      awaitWorkers(controller);
    }
    return kill(commands);
  }

  private void awaitWorkers(Process controller) throws InterruptedException {
    long start = System.nanoTime();
    while (command("ps", "-o", "json").split("\"idle\"", -1).length <= 2) {
      if (!controller.isAlive() || System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException("there are no workers after " + PATIENCE);
      }
      Thread.sleep(PAUSE);
    }
  }

  private String command(String... words) {
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, true, UTF_8);
    WarrenerCommand.run(words, stream, stream, TerminalStreams.NONE, environment);
    return out.toString(UTF_8);
  }

  private int kill(WatchedVm vm) throws IOException, InterruptedException {
    var builder =
        vm.start(
            System.getProperty("java.class.path"),
            List.of(
                Main.class.getName(),
                "kill",
                "--all",
                "--then",
                "hold",
                "--reason",
                "training run",
                "--yes"));
    builder.inheritIO().environment().putAll(environment);
    return builder.start().waitFor();
  }
}
