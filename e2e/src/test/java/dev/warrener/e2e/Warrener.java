package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.ops.command.WarrenerCommand;
import dev.warrener.ops.screen.TerminalStreams;
import dev.warrener.testbroker.Vhost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A fleet for one test: controllers as processes of their own, the command line, and what the
 * controllers say of themselves. Everything that it started is gone when it is closed.
 */
final class Warrener implements AutoCloseable {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Vhost vhost;
  private final Path folder;
  private final List<ControllerProcess> controllers = new ArrayList<>();
  private final Map<String, Presence> presence = new ConcurrentHashMap<>();
  private @Nullable ReportFeed feed;

  Warrener(Vhost vhost, Path folder) {
    this.vhost = vhost;
    this.folder = folder;
  }

  /** What a command did. */
  record Ran(int status, String out, String err) {
    Ran succeeded() {
      assertThat(status).as("%s%n%s", out, err).isZero();
      return this;
    }
  }

  /** A controller that runs as a process. */
  record ControllerProcess(String id, Process process, Path log) {
    long pid() {
      return process.pid();
    }

    /** SIGKILL, as the kernel's out-of-memory killer would. */
    void kill() {
      process.toHandle().destroyForcibly();
      process.onExit().join();
    }

    /** SIGTERM, as an init system would. */
    void terminate() {
      process.toHandle().destroy();
    }

    /** SIGSTOP: it stands still, and its connections and pipes with it. */
    void freeze() {
      Signal.STOP.send(pid());
    }

    /** SIGCONT: it goes on as if no time had passed. */
    void thaw() {
      Signal.CONT.send(pid());
    }

    int awaitExit() throws InterruptedException {
      if (!process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
        fail("controller %s doesn't end; its log:%n%s", id, text());
      }
      return process.exitValue();
    }

    String text() {
      try {
        return Files.readString(log);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Whether a process runs. One that is dead and not yet reaped by its new parent doesn't. */
  static boolean lives(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }

  Namespace namespace() {
    return new Namespace(vhost.namespace());
  }

  String uri() {
    return vhost.uri().toString();
  }

  private Map<String, String> environment() {
    var environment = new HashMap<>(System.getenv());
    environment.put("WARRENER_BROKER", uri());
    environment.put("WARRENER_NAMESPACE", vhost.namespace());
    // Other fleets of this host may have controllers of the same id.
    environment.put("WARRENER_RUNTIME_DIRECTORY", folder.resolve("run").toString());
    environment.put("WARRENER_STATE_DIRECTORY", folder.resolve("state").toString());
    return environment;
  }

  /** Runs a command of the command line in this process, without a terminal. */
  Ran run(String... arguments) {
    return run(environment(), arguments);
  }

  Ran run(Map<String, String> environment, String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    try (var outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
        var errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      int status =
          WarrenerCommand.run(
              arguments,
              outStream,
              errStream,
              new TerminalStreams(false, false, false),
              environment);
      return new Ran(
          status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /** Starts a controller and waits until all of its workers are ready. */
  ControllerProcess controller(String id, String... arguments) {
    var started = startController(id, arguments);
    awaitReady(id);
    return started;
  }

  ControllerProcess startController(String id, String... arguments) {
    return startController(uri(), id, arguments);
  }

  /** Starts a controller that reaches the broker by another address, and waits for its workers. */
  ControllerProcess controllerAt(String uri, String id, String... arguments) {
    var started = startController(uri, id, arguments);
    awaitReady(id);
    return started;
  }

  ControllerProcess startController(String uri, String id, String[] arguments) {
    return startController(
        uri, id, folder.resolve(id + "-" + controllers.size() + ".log"), arguments);
  }

  /** Starts a controller that writes its log to that file, or pipe, and waits for its workers. */
  ControllerProcess controllerThatLogsTo(Path log, String id, String... arguments) {
    var started = startController(uri(), id, log, arguments);
    awaitReady(id);
    return started;
  }

  private ControllerProcess startController(String uri, String id, Path log, String[] arguments) {
    listen();
    presence.remove(id);
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                // So that none outlives a build that is stopped.
                "-Dwarrener.ends-with-stdin=true",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.warrener.ops.Main",
                "controller",
                "--id",
                id));
    command.addAll(List.of(arguments));
    try {
      var builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(environment());
      builder.environment().put("WARRENER_BROKER", uri);
      var controller = new ControllerProcess(id, builder.start(), log);
      controllers.add(controller);
      return controller;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady(String id) {
    await("controller " + id + " is ready")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          var newest = newest(id);
          if (!newest.process().isAlive()) {
            fail("controller %s has ended; its log:%n%s", id, newest.text());
          }
          var said = presence.get(id);
          return said != null
              && said.state() == ControllerState.RUNNING
              && said.workers().stream()
                  .allMatch(worker ->
                      worker.state() == WorkerState.IDLE || worker.state() == WorkerState.BUSY);
        });
  }

  private ControllerProcess newest(String id) {
    return controllers.reversed().stream()
        .filter(controller -> controller.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** The newest word of a controller. */
  @Nullable Presence presence(String id) {
    return presence.get(id);
  }

  private void listen() {
    if (feed == null) {
      feed =
          new ReportFeed(
              BrokerAccess.of(BrokerAddress.parse(uri()), namespace(), "e2e"),
              List.of("presence.*"),
              new ReportFeed.Listener() {
                @Override
                public void presence(Presence said) {
                  presence.put(said.id(), said);
                }
              });
      try (var observer = new Observer(vhost)) {
        observer.declareReports();
      }
      feed.start();
      feed.awaitUp(LONG);
    }
  }

  /** SIGTERM to all that live, and waits until they have settled what they had to and ended. */
  void terminateAll() throws InterruptedException {
    var alive = controllers.stream().filter(one -> one.process().isAlive()).toList();
    alive.forEach(ControllerProcess::terminate);
    for (var controller : alive) {
      controller.awaitExit();
    }
  }

  @Override
  public void close() {
    for (var controller : controllers) {
      controller.process().toHandle().destroyForcibly();
    }
    for (var controller : controllers) {
      controller.process().onExit().join();
    }
    if (feed != null) {
      feed.close();
    }
  }
}
