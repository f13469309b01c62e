package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.ops.Main;
import dev.warrener.ops.demo.ControllerProcess;
import dev.warrener.ops.demo.RuntimeDirectory;
import dev.warrener.ops.invocation.BrokerResolution;
import dev.warrener.ops.screen.TerminalStreams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** A real fleet for tests of commands: controllers as processes, commands in this JVM. */
final class CommandLineFleet implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(90);

  private final URI uri;
  private final String namespace;
  private final List<ControllerProcess> controllers = new ArrayList<>();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final RuntimeDirectory runtime;

  CommandLineFleet(URI uri, String namespace) {
    this.uri = uri;
    this.namespace = namespace;
    try {
      this.runtime = RuntimeDirectory.create();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder for what belongs to this fleet on this host; deleted with it. */
  Path folder() {
    return runtime.path();
  }

  /** What a command did. */
  record Ran(int status, String out, String err) {
    Ran ends(int expected) {
      assertThat(status).as("status; out:%n%s%nerr:%n%s", out, err).isEqualTo(expected);
      return this;
    }

    JsonNode json() {
      return ContractJson.tree(out.getBytes(StandardCharsets.UTF_8));
    }
  }

  Map<String, String> environment() {
    var environment = new HashMap<>(System.getenv());
    environment.put(BrokerResolution.URI, uri.toString());
    environment.put(BrokerResolution.NAMESPACE, namespace);
    environment.put(LocalSockets.RUNTIME_DIRECTORY, folder().resolve("run").toString());
    environment.put("WARRENER_STATE_DIRECTORY", folder().resolve("state").toString());
    return environment;
  }

  BrokerAccess access(String program) {
    return BrokerAccess.of(BrokerAddress.parse(uri.toString()), new Namespace(namespace), program);
  }

  /** Runs a command without a terminal. */
  Ran run(String... arguments) {
    return run(Map.of(), arguments);
  }

  /** Runs a command with some other variables in its environment. */
  Ran run(Map<String, String> variables, String... arguments) {
    var environment = environment();
    environment.putAll(variables);
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status =
        WarrenerCommand.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            TerminalStreams.NONE,
            environment);
    return new Ran(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Starts a controller and waits until {@code workers} workers are ready. */
  ControllerProcess startController(String id, int workers, String... arguments) {
    var controller = launchController(id, arguments);
    await("controller " + id + " is ready")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> {
          assertThat(controller.isAlive()).as("%s", log).isTrue();
          return count("idle", id) == workers;
        });
    return controller;
  }

  /** Starts a controller, and waits for nothing. */
  ControllerProcess launchController(String id, String... arguments) {
    var words =
        new ArrayList<>(List.of("controller", "--id", id, "--set", "built-in-handlers=all"));
    words.addAll(List.of(arguments));
    try {
      // The warm-up takes a second of processor time, and no test here measures a kill.
      var controller =
          ControllerProcess.start(
              Map.of("warrener.kill-warm-up", "false"),
              environment(),
              Main.class.getName(),
              words,
              log::add);
      controllers.add(controller);
      return controller;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many workers of a controller are in a state, as {@code ps} says. */
  int count(String state, String controller) {
    var ran = run("ps", "--controller", controller, "--state", state, "-o", "json");
    return ran.status() == 0 ? ran.json().size() : 0;
  }

  /** What the controllers have said. */
  List<String> log() {
    return log;
  }

  @Override
  public void close() {
    controllers.forEach(ControllerProcess::close);
    runtime.close();
  }
}
