package dev.warrener.ops.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.warrener.embedded.EmbeddedBroker;
import dev.warrener.ops.Main;
import dev.warrener.ops.command.WarrenerCommand;
import dev.warrener.ops.demo.ControllerProcess;
import dev.warrener.ops.demo.RuntimeDirectory;
import dev.warrener.ops.screen.Descriptors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * {@code warrener kill}, carried out by a controller with one worker on an embedded broker. Neither
 * of these is in the program that is watched, and no other command: the Java VM takes all classes
 * of its cache in at its start, wanted or not.
 */
final class KillTraining {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Map<String, String> environment;

  private KillTraining(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Has the program watched by {@code vm}; returns its exit status. */
  static int run(WatchedVm vm) throws IOException, InterruptedException {
    try (var broker = EmbeddedBroker.start();
        var runtime = RuntimeDirectory.create()) {
      var environment =
          Map.of(
              "WARRENER_BROKER",
              broker.uri().toString(),
              "WARRENER_NAMESPACE",
              "training",
              "WARRENER_USER",
              "",
              "WARRENER_PASSWORD_FILE",
              "");
      var training = new KillTraining(environment);
      try (var controller = training.startController(runtime.path())) {
        training.awaitWorker(controller);
        return training.kill(vm);
      }
    }
  }

  private ControllerProcess startController(Path runtime) throws IOException {
    return ControllerProcess.start(
        Map.of(),
        environment,
        Main.class.getName(),
        List.of(
            "controller",
            "--id",
            "training",
            "--queue",
            "training=1",
            "--set",
            "runtime-directory=" + runtime,
            "--set",
            "state-directory=" + runtime.resolve("state")),
        _ -> {});
  }

  private void awaitWorker(ControllerProcess controller) throws InterruptedException {
    long start = System.nanoTime();
    while (!workers().contains("\"idle\"")) {
      if (!controller.isAlive() || System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException("there is no worker after " + PATIENCE);
      }
      Thread.sleep(PAUSE);
    }
  }

  private String workers() {
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, true, UTF_8);
    WarrenerCommand.run(
        new String[] {"ps", "-o", "json"}, stream, stream, Descriptors.NONE, environment);
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
