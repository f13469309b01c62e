package dev.warrener.e2e.chaos;

import dev.warrener.e2e.fixture.Observer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What people and programs without the right to it try in a round, beside the fault: it must delay
 * no kill, stop none and fake none. Each round has tasks in the queue of mischief, one for each of
 * its workers, so that rounds with and without an attack kill the same number of busy workers.
 */
sealed interface Attack {
  /** How long mischief goes on. */
  Duration LASTS = Duration.ofSeconds(8);

  /** Returns the name of the attack in the record; empty if this is none. */
  default String verb() {
    return this instanceof None ? "" : getClass().getSimpleName();
  }

  /** Begins it. */
  void begin(ChaosFleet fleet, Forger forger, RandomGenerator random);

  /** Ends what does not end by itself. */
  default void end(ChaosFleet fleet, Forger forger) {}

  /** Returns an attack, chosen by a seed. Half of all rounds have none. */
  static Attack any(RandomGenerator random) {
    var flood = MischiefHandler.FLOODS.get(random.nextInt(MischiefHandler.FLOODS.size()));
    var all =
        List.of(
            new FloodingWorkers(flood),
            new FloodingWorkers(flood),
            new ForgedOrders(),
            new ForgedReports(),
            new TaskGivesOrder(),
            new LocalUsers());
    return random.nextBoolean() ? new None() : all.get(random.nextInt(all.size()));
  }

  /** Nothing but tasks that compute. */
  record None() implements Attack {
    @Override
    public void begin(ChaosFleet fleet, Forger forger, RandomGenerator random) {
      Tasks.publish(fleet, MischiefHandler.SPIN);
    }
  }

  /** Workers that write one thing without end, and readers of the logs that are slow. */
  record FloodingWorkers(String kind) implements Attack {
    @Override
    public void begin(ChaosFleet fleet, Forger forger, RandomGenerator random) {
      fleet.logPipes().forEach(pipe -> pipe.setSlow(true));
      Tasks.publish(fleet, kind);
    }

    @Override
    public void end(ChaosFleet fleet, Forger forger) {
      fleet.logPipes().forEach(pipe -> pipe.setSlow(false));
    }
  }

  /** Orders of a user of the broker who is no operator. */
  record ForgedOrders() implements Attack {
    @Override
    public void begin(ChaosFleet fleet, Forger forger, RandomGenerator random) {
      Tasks.publish(fleet, MischiefHandler.SPIN);
      forger.giveOrder(random);
    }
  }

  /** Reports of a user of the broker who is no controller. */
  record ForgedReports() implements Attack {
    @Override
    public void begin(ChaosFleet fleet, Forger forger, RandomGenerator random) {
      Tasks.publish(fleet, MischiefHandler.SPIN);
      forger.answerOrders();
    }

    @Override
    public void end(ChaosFleet fleet, Forger forger) {
      forger.beQuiet();
    }
  }

  /** Tasks that give an order at the control sockets. */
  record TaskGivesOrder() implements Attack {
    @Override
    public void begin(ChaosFleet fleet, Forger forger, RandomGenerator random) {
      Tasks.publish(
          fleet,
          MischiefHandler.ORDER,
          forger.order(random),
          String.join("\n", fleet.controlSockets()));
    }
  }

  /**
   * Other users of the host: one who gives an order, and one of the controllers' group, who might
   * give orders, holds connections and says nothing.
   */
  final class LocalUsers implements Attack {
    private static final String NOBODY = "65534";

    private final List<Process> processes = new ArrayList<>();

    @Override
    public void begin(ChaosFleet fleet, Forger forger, RandomGenerator random) {
      Tasks.publish(fleet, MischiefHandler.SPIN);
      if (!isPossible()) {
        System.err.println("[chaos] not tested: another local user, since this is not root");
        return;
      }
      call(fleet, NOBODY, forger.order(random));
      call(fleet, "0", "");
    }

    private void call(ChaosFleet fleet, String group, String order) {
      var command =
          new ArrayList<>(
              List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + group, "--clear-groups"));
      command.addAll(List.of("perl", "-e", script(), order));
      command.addAll(fleet.controlSockets());
      try {
        processes.add(new ProcessBuilder(command).redirectErrorStream(true).start());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static boolean isPossible() {
      return "root".equals(System.getProperty("user.name"));
    }

    private static String script() {
      try (var script = Attack.class.getResourceAsStream("/local-caller.pl")) {
        return new String(script.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void end(ChaosFleet fleet, Forger forger) {
      processes.forEach(Process::destroyForcibly);
      processes.clear();
    }
  }

  /** The tasks of the queue of mischief. */
  final class Tasks {
    private Tasks() {}

    static void publish(ChaosFleet fleet, String... what) {
      var end = Long.toString(System.currentTimeMillis() + LASTS.toMillis());
      try (var observer = new Observer(fleet.vhost())) {
        for (var id : fleet.ids()) {
          observer.publishTask(
              ChaosFleet.MISCHIEF,
              "mischief-" + id + "-" + end,
              MischiefHandler.NAME,
              end + "\n" + String.join("\n", what),
              Map.of("x-max-attempts", 1));
        }
      }
    }
  }
}
