package dev.warrener.e2e;

import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;

/**
 * A fleet that is broken on purpose: a broker of its own, controllers as processes, each on a wire
 * of its own, and a record of what was done to whom. Used by one thread.
 */
final class ChaosFleet implements AutoCloseable {
  static final Duration LEASE = Duration.ofSeconds(3);
  static final String QUEUE = "mail";
  private static final int WORKERS = 3;

  private final OwnBroker broker;
  private final Vhost vhost;
  private final Warrener warrener;
  private final Map<String, FaultyWire> wires = new TreeMap<>();
  private final Map<String, Warrener.ControllerProcess> controllers = new TreeMap<>();
  private final Path configuration;
  private final ConcurrentLinkedQueue<Blow> blows = new ConcurrentLinkedQueue<>();

  /**
   * Something that was done to a part of the fleet, by which runs can lose their broker or their
   * controller.
   *
   * @param victim a controller's id, {@code broker}, or a worker of a controller
   * @param from when it began, and {@code to} when its effects were over, by the monotonic clock
   */
  record Blow(String verb, String victim, long from, long to) {}

  ChaosFleet(OwnBroker broker, Path folder, int size) {
    this.broker = broker;
    vhost = broker.freshVhost();
    warrener = new Warrener(vhost, folder);
    configuration = folder.resolve("chaos.properties");
    try {
      // Bad luck here is not a poison task, and crashes are not the slots' fault.
      Files.writeString(
          configuration,
          """
          lease=%dms
          poison-after=1000
          queue.mail.workers=%d
          queue.mail.look-ahead=2
          queue.mail.max-attempts=1000
          restart.first-delay=50ms
          restart.intensity=1000
          task-events=all
          """
              .formatted(LEASE.toMillis(), WORKERS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 1; i <= size; i++) {
      wires.put("c" + i, new FaultyWire(vhost.uri()));
      start("c" + i);
    }
    wires.keySet().forEach(warrener::awaitReady);
  }

  OwnBroker broker() {
    return broker;
  }

  Vhost vhost() {
    return vhost;
  }

  Warrener warrener() {
    return warrener;
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

  Warrener.ControllerProcess controller(String id) {
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
        warrener.startController(
            wire(id).uri(), id, new String[] {"--config", configuration.toString()}));
  }

  /** What a supervisor such as systemd does: starts again what has ended with an error. */
  void supervise() {
    for (var id : ids()) {
      if (!controller(id).process().isAlive()) {
        start(id);
      }
    }
  }

  /** Notes what was done; see {@link Blow}. */
  void struck(String verb, String victim, long from) {
    blows.add(new Blow(verb, victim, from, System.nanoTime()));
  }

  List<Blow> blows() {
    return new ArrayList<>(blows);
  }

  @Override
  public void close() {
    warrener.close();
    wires.values().forEach(FaultyWire::close);
    vhost.close();
  }
}
