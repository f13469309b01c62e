package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model of one worker's process and of what it has started: what it does, and what it says. */
final class ModelWorker {
  /** How far its life is. */
  private enum Life {
    SPAWNING,
    STARTING,
    READY,
    /** Its own process is dead, and others of its tree are not. */
    HEADLESS,
    GONE
  }

  final ModelController home;
  final WorkerKey key;
  final String queue;

  /** What it has written and nobody has heard yet. */
  private final Deque<Event> frames = new ArrayDeque<>();

  private final Deque<Task> handed = new ArrayDeque<>();

  /** What it was told to give back, and has not heard yet. */
  private final Deque<Effect.Recall> recalls = new ArrayDeque<>();

  /** What it has taken out, and not said so yet. */
  private final Deque<Task> takenOut = new ArrayDeque<>();

  private final Simulation simulation;
  private final Chance chance;
  final Runnable act = this::act;
  final Runnable speak = this::speak;
  final Runnable resist = this::tellUnconfirmed;
  final Runnable listen = this::listen;
  final Runnable answer = this::answer;

  private Life life = Life.SPAWNING;
  private @Nullable Task running;
  private Instant next;
  private boolean signalled;
  private boolean asked;
  private boolean neverReady;
  private final boolean deaf;

  /** It is deaf because it stands still: from the first word that it doesn't hear. */
  private final boolean freezes;

  private boolean unconfirmed;
  private int signal;

  ModelWorker(ModelController home, WorkerKey key, String queue) {
    this.home = home;
    this.key = key;
    this.queue = queue;
    simulation = home.simulation;
    chance = simulation.chance;
    next = simulation.now();
    neverReady = chance.oneIn(simulation.faults().rarity(Fault.NEVER_READY));
    deaf = chance.oneIn(simulation.faults().rarity(Fault.DEAF));
    freezes = deaf && chance.oneIn(2);
  }

  String name() {
    return home.id + "/" + key.slot() + "@" + key.incarnation();
  }

  /** Whether any process of its tree lives. */
  boolean lives() {
    return life != Life.GONE && life != Life.SPAWNING;
  }

  /** Whether it is being killed: it may begin what it was handed before it dies. */
  boolean isSignalled() {
    return signalled;
  }

  boolean isOver() {
    return life == Life.GONE && frames.isEmpty();
  }

  @Nullable Task running() {
    return running;
  }

  /** Whether it has, or may yet begin, a run of that task and attempt. */
  boolean mayRun(Task task) {
    if (life == Life.HEADLESS || life == Life.GONE) {
      return false;
    }
    return isSame(running, task) || handed.stream().anyMatch(one -> isSame(one, task));
  }

  private static boolean isSame(@Nullable Task one, Task other) {
    return one != null && one.id().equals(other.id()) && one.attempt() == other.attempt();
  }

  // What the controller does to it.

  void hand(Task task) {
    handed.add(task);
    hurry();
  }

  /** What it was handed and may still begin. */
  Collection<Task> handed() {
    return Collections.unmodifiableCollection(handed);
  }

  void recall(Effect.Recall recall) {
    recalls.add(recall);
  }

  boolean canListen() {
    return life == Life.READY && !deaf && !recalls.isEmpty();
  }

  private void listen() {
    var recall = recalls.remove();
    for (var task : List.copyOf(handed)) {
      if (task.id().equals(recall.task()) && task.attempt() == recall.attempt()) {
        handed.remove(task);
        takenOut.add(task);
      }
    }
  }

  boolean canAnswer() {
    return life == Life.READY && !takenOut.isEmpty();
  }

  private void answer() {
    var task = takenOut.remove();
    frames.add(
        new Event.Finished(
            key,
            task.id(),
            task.attempt(),
            new RunEnd(
                Body.EMPTY,
                Task.JSON,
                new TaskError(ErrorType.CANCELLED, "it was cancelled before it started", null))));
  }

  void signal() {
    if (!signalled && life != Life.GONE) {
      signalled = true;
      next = simulation.now();
      if (life != Life.HEADLESS && chance.oneIn(simulation.faults().rarity(Fault.STUBBORN))) {
        next = next.plusMillis(chance.below(8000));
      }
    }
  }

  void askToEnd() {
    asked = true;
    hurry();
  }

  private void hurry() {
    if (next.isAfter(simulation.now()) && running == null && life == Life.READY && !signalled) {
      next = simulation.now();
    }
  }

  // What it does.

  /** When it does something next by itself, or null for never. */
  @Nullable Instant due() {
    return switch (life) {
      case SPAWNING, HEADLESS -> next;
      case STARTING -> neverReady && !signalled ? null : next;
      case READY ->
          signalled || (!standsStill() && (running != null || !handed.isEmpty() || asked))
              ? next
              : null;
      case GONE -> null;
    };
  }

  private boolean standsStill() {
    return freezes
        && recalls.stream()
            .anyMatch(recall ->
                handed.stream()
                    .anyMatch(task ->
                        task.id().equals(recall.task()) && task.attempt() == recall.attempt()));
  }

  boolean canAct() {
    var due = due();
    return due != null && !due.isAfter(simulation.now());
  }

  boolean canSpeak() {
    return !frames.isEmpty();
  }

  private void act() {
    switch (life) {
      case SPAWNING -> spawn();
      case STARTING -> {
        if (signalled || (asked && chance.oneIn(2))) {
          die(signalled ? 9 : 15);
        } else {
          life = Life.READY;
          frames.add(new Event.Ready(key, Set.of("work", "poison"), home.takesAhead));
        }
      }
      case READY -> actWhenReady();
      case HEADLESS -> empty();
      case GONE -> {}
    }
  }

  private void spawn() {
    if (signalled || chance.oneIn(simulation.faults().rarity(Fault.SPAWN_FAILS))) {
      life = Life.GONE;
      frames.add(new Event.SpawnFailed(key, "simulated"));
      return;
    }
    life = Life.STARTING;
    next = simulation.now().plusMillis(chance.below(100));
    frames.add(new Event.Spawned(key, pid(), key.incarnation()));
  }

  private long pid() {
    return 1000L * key.slot() + key.incarnation();
  }

  private void actWhenReady() {
    // Whoever is killed may still come to the end of a run, or begin one.
    if (signalled && !chance.oneIn(4)) {
      die(9);
    } else if (running != null) {
      finish();
    } else if (asked && chance.oneIn(2)) {
      die(0);
    } else if (!handed.isEmpty()) {
      begin(handed.remove());
    } else if (signalled) {
      die(9);
    } else {
      next = simulation.now().plusMillis(1);
    }
  }

  private void begin(Task task) {
    running = task;
    simulation.checks.world.begins(this, task);
    frames.add(new Event.Started(key, task.id(), task.attempt()));
    if (!signalled) {
      next = simulation.now().plusMillis(chance.below(longest(task)));
    }
  }

  private int longest(Task task) {
    int length = chance.below(10);
    if (length < 7) {
      return 60;
    }
    // Only what has a limit may go on for very long.
    return length < 9 ? 4_000 : Simulation.hasLimit(task) ? 400_000 : 40_000;
  }

  private void finish() {
    var task = running;
    if (task == null) {
      return;
    }
    if (task.handler().equals("poison") && !signalled) {
      dieByItself();
      return;
    }
    running = null;
    boolean fails = chance.oneIn(simulation.faults().rarity(Fault.FAIL_TASK));
    simulation.checks.world.finishes(this, task, fails, asked);
    frames.add(
        new Event.Finished(
            key,
            task.id(),
            task.attempt(),
            fails
                ? new RunEnd(Body.EMPTY, Task.JSON, new TaskError("x", "simulated", null))
                : new RunEnd(Body.of("1"), Task.JSON, null)));
  }

  /** A crash, or an exit that nobody asked for. */
  void dieByItself() {
    if (life == Life.STARTING || life == Life.READY) {
      die(chance.oneIn(2) ? 11 : 0);
    }
  }

  private void die(int by) {
    if (running != null) {
      simulation.checks.world.isCut(this, running, !signalled && !asked);
    }
    running = null;
    handed.clear();
    signal = by;
    life = Life.HEADLESS;
    next = simulation.now();
    if (chance.oneIn(simulation.faults().rarity(Fault.LINGERING))) {
      next = next.plusMillis(chance.below(6000));
    }
  }

  private void empty() {
    life = Life.GONE;
    frames.add(
        new Event.TreeEmpty(
            new DeathCertificate(
                key,
                pid(),
                key.incarnation(),
                "subreaper",
                signal,
                signal == 0 ? 3 : null,
                1,
                false,
                1000)));
  }

  /** Whether it was killed and some of it lives, which may be told once. */
  boolean resists() {
    return signalled && lives() && !unconfirmed && next.isAfter(simulation.now());
  }

  private void tellUnconfirmed() {
    unconfirmed = true;
    frames.add(
        new Event.Unconfirmed(
            key, pid(), key.incarnation(), List.of(new Survivor(pid(), "D", "simulated")), null));
  }

  /** Its controller is gone, and it with it. */
  void vanish() {
    if (running != null) {
      simulation.checks.world.isCut(this, running, false);
    }
    running = null;
    handed.clear();
    frames.clear();
    life = Life.GONE;
  }

  /** Its controller was silent for longer than the lease: no fault of the task that it runs. */
  void endByLease() {
    if (life == Life.STARTING || life == Life.READY) {
      if (running != null) {
        simulation.checks.world.isCut(this, running, false);
      }
      running = null;
      handed.clear();
      signal = 9;
      life = Life.HEADLESS;
      next = simulation.now();
    }
  }

  private void speak() {
    var frame = frames.remove();
    home.hears(this, frame);
  }
}
