package dev.warrener.ops.demo;

import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.connection.FleetConnection.Heard;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Waits for the presence of the demo's controller, and reads the workers in it. */
final class FleetPresence {
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  private final FleetConnection connection;
  private final InstantSource clock;

  FleetPresence(FleetConnection connection, InstantSource clock) {
    this.connection = connection;
    this.clock = clock;
  }

  /** Waits for a presence that meets a condition; empty if none arrives in time or can arrive. */
  Optional<Presence> await(Duration timeout, Predicate<Presence> wanted, BooleanSupplier isHopeless)
      throws InterruptedException {
    Instant until = clock.instant().plus(timeout);
    while (clock.instant().isBefore(until) && !isHopeless.getAsBoolean()) {
      var heard = connection.next(LOOK_EVERY);
      if (heard.isPresent()
          && heard.get() instanceof Heard.OfPresence(var presence, var _, var _)
          && wanted.test(presence)) {
        return Optional.of(presence);
      }
    }
    return Optional.empty();
  }

  /** Returns how many workers wait for a task. */
  static long idle(Presence presence) {
    return presence.workers().stream().filter(worker -> worker.state() == WorkerState.IDLE).count();
  }

  /** Returns how many workers have a process. */
  static long living(Presence presence) {
    return presence.workers().stream().filter(worker -> worker.pid() != null).count();
  }

  /** Returns the process ids of the workers, separated by commas. */
  static String pids(Presence presence) {
    return presence.workers().stream()
        .map(WorkerPresence::pid)
        .filter(Objects::nonNull)
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  /** Returns the processes of the workers, as the kernel shows them. */
  static List<SeenProcess> processes(Presence presence) {
    var processes = new ArrayList<SeenProcess>();
    for (var worker : presence.workers()) {
      var pid = worker.pid();
      if (pid != null) {
        SeenProcess.look(pid).ifPresent(processes::add);
      }
    }
    return processes;
  }
}
