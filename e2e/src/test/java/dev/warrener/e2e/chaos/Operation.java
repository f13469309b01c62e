package dev.warrener.e2e.chaos;

import dev.warrener.messaging.Uuid7;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What an operator does to a fleet that is being broken, by the command line. */
sealed interface Operation {
  /** Runs the command and returns its exit status; any is fine while something is broken. */
  int carryOut(ChaosFleet fleet, ChaosJudge judge);

  /** Whether nothing at all may start after it, until a resume. */
  default boolean holdsEverything() {
    return this instanceof KillAll || this instanceof KillQueue || this instanceof Hold;
  }

  /** Returns one of the usual operations, chosen by a seed. */
  static Operation any(RandomGenerator random, ChaosFleet fleet, String batch, int tasks) {
    var fate = Fate.values()[random.nextInt(Fate.values().length)];
    var id = fleet.anyId(random);
    var all =
        List.of(
            new KillAll(fate),
            new KillAll(fate),
            new KillController(id, fate),
            new KillQueue(fate),
            new KillBatch(batch, fate),
            new KillBatch(batch, fate),
            new KillTask(batch + "." + random.nextInt(tasks), fate),
            new KillWorkerSlot(id + "/" + (1 + random.nextInt(3)), fate),
            new Hold());
    return all.get(random.nextInt(all.size()));
  }

  /** The fate of running tasks. */
  enum Fate {
    REQUEUE("requeue"),
    PURGE("purge"),
    DEAD_LETTER("dead-letter");

    private final String wire;

    Fate(String wire) {
      this.wire = wire;
    }
  }

  /** {@code kill --all}, with hold. */
  record KillAll(Fate fate) implements Operation {
    @Override
    public int carryOut(ChaosFleet fleet, ChaosJudge judge) {
      return kill(fleet, judge, fate, Set.copyOf(fleet.ids()), Set.of(), "--all");
    }
  }

  /** {@code kill --controller}, with hold. */
  record KillController(String id, Fate fate) implements Operation {
    @Override
    public int carryOut(ChaosFleet fleet, ChaosJudge judge) {
      return kill(fleet, judge, fate, Set.of(id), Set.of(), "--controller", id);
    }
  }

  /** {@code kill --queue} of both queues, with hold. */
  record KillQueue(Fate fate) implements Operation {
    @Override
    public int carryOut(ChaosFleet fleet, ChaosJudge judge) {
      return kill(
          fleet,
          judge,
          fate,
          Set.copyOf(fleet.ids()),
          Set.of(),
          "--queue",
          ChaosFleet.QUEUE,
          "--queue",
          ChaosFleet.MISCHIEF);
    }
  }

  /** {@code kill --batch}; what waits of it is revoked. */
  record KillBatch(String batch, Fate fate) implements Operation {
    @Override
    public int carryOut(ChaosFleet fleet, ChaosJudge judge) {
      return kill(fleet, judge, fate, Set.of(), Set.of(batch), "--batch", batch);
    }
  }

  /** {@code kill --task}; it is revoked. */
  record KillTask(String task, Fate fate) implements Operation {
    @Override
    public int carryOut(ChaosFleet fleet, ChaosJudge judge) {
      return kill(fleet, judge, fate, Set.of(), Set.of(task), "--task", task);
    }
  }

  /** {@code kill --worker}; a fresh one follows. */
  record KillWorkerSlot(String worker, Fate fate) implements Operation {
    @Override
    public int carryOut(ChaosFleet fleet, ChaosJudge judge) {
      return kill(fleet, judge, fate, Set.of(), Set.of(), "--worker", worker);
    }
  }

  /** {@code hold --all}; the round's end resumes. */
  record Hold() implements Operation {
    @Override
    public int carryOut(ChaosFleet fleet, ChaosJudge judge) {
      return fleet.run("hold", "--all", "--timeout", "3s").status();
    }
  }

  private static int kill(
      ChaosFleet fleet,
      ChaosJudge judge,
      Fate fate,
      Set<String> wholeControllers,
      Set<String> names,
      String... scope) {
    var order = Uuid7.next();
    if (fate == Fate.PURGE) {
      judge.purging(names);
    }
    judge.witness().killsWhole(order, wholeControllers);
    judge.givesKill(order, !wholeControllers.isEmpty());
    var command = new ArrayList<>(List.of("kill"));
    command.addAll(List.of(scope));
    command.addAll(
        List.of("--in-flight", fate.wire, "--id", order, "-m", "chaos", "--timeout", "4s", "-y"));
    var alive = fleet.processes(wholeControllers);
    int status = fleet.run(command.toArray(String[]::new)).status();
    if (status == 0) {
      judge.confirmed(order, alive);
    }
    return status;
  }
}
