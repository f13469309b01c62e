package dev.warrener.e2e.chaos;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.FaultyWire;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.Vhost;
import dev.warrener.worker.TaskHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;

/**
 * A fleet that is broken on purpose: a broker of its own, controllers each on a wire of its own,
 * and a record of what was done to whom. Used by one thread.
 */
final class ChaosFleet {
  static final Duration LEASE = Duration.ofSeconds(3);
  static final String QUEUE = "mail";

  /** The queue of what {@link MischiefHandler} does, with a worker of each controller. */
  static final String MISCHIEF = "mischief";

  private static final int WORKERS = 3;

  private final OwnBroker broker;
  private final TestFleet fleet;
  private final Map<String, FaultyWire> wires = new TreeMap<>();
  private final Map<String, ControllerProcess> controllers = new TreeMap<>();
  private final Map<String, LogPipe> logs = new TreeMap<>();
  private final Path configuration;
  private final ConcurrentLinkedQueue<Blow> blows = new ConcurrentLinkedQueue<>();

  /**
   * A blow at a part of the fleet, by which runs can lose their broker or their controller.
   *
   * @param victim a controller's id, {@code broker}, or a worker of a controller
   * @param from when it began, and {@code to} when its effects were over, by the monotonic clock
   */
  record Blow(String verb, String victim, long from, long to) {}

  ChaosFleet(OwnBroker broker, TestFleet fleet, int size) {
    this.broker = broker;
    this.fleet = fleet;
    // Bad luck here is not a poison task, and crashes are not the slots' fault.
    configuration =
        fleet.file(
            "chaos.properties",
            """
            lease=%dms
            poison-after=1000
            queue.mail.workers=%d
            queue.mail.look-ahead=2
            queue.mail.max-attempts=1000
            queue.mischief.workers=1
            handlers=%s
            operators=%s
            restart.first-delay=50ms
            restart.intensity=1000
            task-events=all
            """
                .formatted(LEASE.toMillis(), WORKERS, handlers(), user()));
    openUp();
    for (int i = 1; i <= size; i++) {
      wires.put("c" + i, fleet.wire());
      logs.put("c" + i, fleet.closing(new LogPipe(fleet.folder(), "c" + i)));
      start("c" + i);
    }
    awaitReady();
  }

  OwnBroker broker() {
    return broker;
  }

  Vhost vhost() {
    return fleet.vhost();
  }

  /** Runs a command of the command line. */
  CommandResult run(String... arguments) {
    return fleet.run(arguments);
  }

  /** Waits until all controllers run and all of their workers are ready. */
  void awaitReady() {
    fleet.awaitReady(wires.keySet().toArray(String[]::new));
  }

  List<String> ids() {
    return List.copyOf(wires.keySet());
  }

  String anyId(RandomGenerator random) {
    return ids().get(random.nextInt(wires.size()));
  }

  FaultyWire wire(String id) {
    return of(wires, id);
  }

  ControllerProcess controller(String id) {
    return of(controllers, id);
  }

  private static <T> T of(Map<String, T> map, String id) {
    var value = map.get(id);
    if (value == null) {
      throw new IllegalArgumentException("there is no controller " + id);
    }
    return value;
  }

  void start(String id) {
    controllers.put(
        id,
        fleet.startControllerThatLogsTo(
            of(logs, id).path(), wire(id).uri(), id, "--config", configuration.toString()));
  }

  Collection<LogPipe> logPipes() {
    return logs.values();
  }

  /** Returns the broker user of operators and controllers. */
  String user() {
    var info = fleet.vhost().uri().getUserInfo();
    return info == null ? "guest" : info.split(":", 2)[0];
  }

  /** Returns the paths of all controllers' control sockets. */
  List<String> controlSockets() {
    var folder = fleet.folder().resolve("run/control");
    return ids().stream()
        .map(id -> folder.resolve(id + "@" + fleet.vhost().namespace() + ".socket").toString())
        .toList();
  }

  /** Lets other users of the host come as far as the control sockets' own folder. */
  private void openUp() {
    try {
      Files.setPosixFilePermissions(fleet.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a folder with the handler of hostile tasks, as a team would deliver it. */
  private String handlers() {
    var folder = fleet.folder().resolve("handlers");
    var name = MischiefHandler.class.getName();
    var file = name.replace('.', '/') + ".class";
    try (var compiled = MischiefHandler.class.getResourceAsStream("/" + file)) {
      var service = folder.resolve("META-INF/services/" + TaskHandler.class.getName());
      Files.createDirectories(folder.resolve(file).getParent());
      Files.createDirectories(service.getParent());
      Files.copy(compiled, folder.resolve(file));
      Files.writeString(service, name + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder.toString();
  }

  /** Returns the processes of all workers of these controllers, with all that they started. */
  List<ProcessTable.Entry> processes(Set<String> ids) {
    return ids.stream()
        .flatMap(id -> ProcessTable.marked(id, controller(id).pid()).stream())
        .filter(entry -> !ProcessTable.isSidecar(entry.pid()))
        .toList();
  }

  /** Starts every controller again that has ended, as systemd would. */
  void supervise() {
    for (var id : ids()) {
      if (!controller(id).process().isAlive()) {
        start(id);
      }
    }
  }

  /** Notes a blow that is over now. */
  void struck(String verb, String victim, long from) {
    blows.add(new Blow(verb, victim, from, System.nanoTime()));
  }

  List<Blow> blows() {
    return new ArrayList<>(blows);
  }
}
