package dev.warrener.controller.fleet.state;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.report.WorkerState;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * A place for one worker process at a time. Immutable.
 *
 * @param number the number of the slot, from 1
 * @param queue the queue that it serves
 * @param incarnation the number of processes that it has had; 0 before the first
 * @param process the process in it, or the reason why there is none
 * @param deaths the deaths in a row that count against it
 * @param firstDeath when the first of those deaths was, or null
 * @param proven whether a worker of this slot has ever been ready
 */
public record Slot(
    int number,
    String queue,
    long incarnation,
    Occupant process,
    int deaths,
    @Nullable Instant firstDeath,
    boolean proven) {

  /** Returns the identity of the process that is in the slot. */
  public WorkerKey key() {
    return new WorkerKey(number, incarnation);
  }

  /** Returns a copy with another process in it. */
  public Slot with(Occupant next) {
    return new Slot(number, queue, incarnation, next, deaths, firstDeath, proven);
  }

  /** Returns a copy with a new process that is being started. */
  public Slot next(Instant now) {
    return new Slot(
        number, queue, incarnation + 1, new Starting(now, 0, 0), deaths, firstDeath, proven);
  }

  /** Returns a copy whose worker is ready. */
  public Slot ready(Occupant idle) {
    return new Slot(number, queue, incarnation, idle, deaths, firstDeath, true);
  }

  /** Returns a copy against which no death counts. */
  public Slot forgiven() {
    return deaths == 0 ? this : new Slot(number, queue, incarnation, process, 0, null, proven);
  }

  /** Returns a copy against which one more death counts. */
  public Slot died(Instant now, Settings.Restarts restarts) {
    boolean inWindow = firstDeath != null && !now.isAfter(firstDeath.plus(restarts.window()));
    return new Slot(
        number,
        queue,
        incarnation,
        process,
        inWindow ? deaths + 1 : 1,
        inWindow ? firstDeath : now,
        proven);
  }

  /** Returns the run that its worker is running or starts next, or null. */
  public @Nullable TaskRun run() {
    return switch (process) {
      case Busy busy -> busy.run;
      case Dying dying -> dying.run;
      case None _, BackingOff _, CrashLooping _, Starting _, Idle _ -> null;
    };
  }

  /** Returns the tasks that its worker was handed to start later, in that order. */
  public PVector<TaskRun> ahead() {
    return switch (process) {
      case Busy busy -> busy.ahead;
      case Dying dying -> dying.ahead;
      case None _, BackingOff _, CrashLooping _, Starting _, Idle _ -> TreePVector.empty();
    };
  }

  /** Returns the first run of its worker, started or not, that meets a condition; or null. */
  public @Nullable TaskRun find(Predicate<TaskRun> which) {
    var run = run();
    if (run != null && which.test(run)) {
      return run;
    }
    for (var later : ahead()) {
      if (which.test(later)) {
        return later;
      }
    }
    return null;
  }

  /** Returns the run of a task, started or not, or null. */
  public @Nullable TaskRun find(String task) {
    return find(run -> run.task().id().equals(task));
  }

  /** Returns the run of a task with that attempt number, started or not, or null. */
  public @Nullable TaskRun find(String task, int attempt) {
    return find(run -> run.is(task, attempt));
  }

  /** Whether a process is in the slot. */
  public boolean isLive() {
    return process instanceof Live;
  }

  /** Whether its process was only asked to end, and has a grace to do so. */
  public boolean hasGrace() {
    return process instanceof Dying dying && dying.asked;
  }

  /** Whether a process is in the slot that has not been killed. */
  public boolean canBeKilled() {
    return process instanceof Live && !(process instanceof Dying);
  }

  /**
   * Returns a copy whose process must die.
   *
   * @param cause the reason; if the process is dying already, the first reason stays
   * @param order the order that waits for its death, or null
   * @param asked whether the process is only asked to end, unless it was sent SIGKILL before
   */
  public Slot killed(Cause cause, @Nullable String order, boolean asked, Instant now) {
    return switch (process) {
      case Dying dying -> {
        var next = order == null ? dying : dying.withOrder(order);
        yield with(asked ? next : next.signalled());
      }
      case Live live ->
          with(
              new Dying(
                  now,
                  live.pid(),
                  live.startTicks(),
                  run(),
                  null,
                  ahead(),
                  TreePVector.empty(),
                  cause,
                  asked,
                  order == null ? TreePVector.empty() : TreePVector.singleton(order)));
      case None _, BackingOff _, CrashLooping _ -> this;
    };
  }

  /** Returns a copy with another state of one of its worker's runs. */
  public Slot with(TaskRun before, TaskRun run) {
    return switch (process) {
      case Busy busy ->
          with(
              before.equals(busy.run)
                  ? busy.with(run)
                  : busy.with(busy.run, replaced(busy.ahead, before, run)));
      case Dying dying ->
          with(
              before.equals(dying.run)
                  ? dying.with(run, dying.end)
                  : dying.with(
                      dying.run, dying.end, replaced(dying.ahead, before, run), dying.ended));
      case None _, BackingOff _, CrashLooping _, Starting _, Idle _ -> this;
    };
  }

  private static PVector<TaskRun> replaced(PVector<TaskRun> runs, TaskRun before, TaskRun run) {
    int at = runs.indexOf(before);
    return at < 0 ? runs : runs.with(at, run);
  }

  /** Returns a copy whose worker's runs have had no delivery since then. */
  public Slot withoutDeliveries(Instant since) {
    return switch (process) {
      case Busy busy ->
          with(busy.with(busy.run.withoutDelivery(since), withoutDeliveries(busy.ahead, since)));
      case Dying dying -> {
        var ended = dying.ended;
        for (int i = 0; i < ended.size(); i++) {
          var one = ended.get(i);
          ended = ended.with(i, new Ended(one.run.withoutDelivery(since), one.end));
        }
        yield with(
            dying.with(
                dying.run == null ? null : dying.run.withoutDelivery(since),
                dying.end,
                withoutDeliveries(dying.ahead, since),
                ended));
      }
      case None _, BackingOff _, CrashLooping _, Starting _, Idle _ -> this;
    };
  }

  private static PVector<TaskRun> withoutDeliveries(PVector<TaskRun> runs, Instant since) {
    var lost = runs;
    for (int i = 0; i < runs.size(); i++) {
      lost = lost.with(i, runs.get(i).withoutDelivery(since));
    }
    return lost;
  }

  /** Returns a description for people: "runs task t, attempt 2", "is idle". */
  public String describe() {
    var run = run();
    return run == null
        ? "is " + process.state().wire()
        : "runs task " + run.task().id() + ", attempt " + run.task().attempt();
  }

  /** The process in a slot, or the reason why there is none. */
  public sealed interface Occupant permits Live, None, BackingOff, CrashLooping {
    /** When this state began. */
    Instant since();

    /** The state in reports. */
    WorkerState state();
  }

  /** A process that exists, or is about to. */
  public sealed interface Live extends Occupant permits Starting, Idle, Busy, Dying {
    /** The process id; 0 until it is known. */
    long pid();

    /** The start time of the process in clock ticks since boot; 0 until it is known. */
    long startTicks();
  }

  /** No process, and nothing to wait for. */
  public record None(Instant since) implements Occupant {
    @Override
    public WorkerState state() {
      return WorkerState.EMPTY;
    }
  }

  /** No process until a delay is over. */
  public record BackingOff(Instant since) implements Occupant {
    @Override
    public WorkerState state() {
      return WorkerState.BACKING_OFF;
    }
  }

  /** No process until a cool-down is over. */
  public record CrashLooping(Instant since) implements Occupant {
    @Override
    public WorkerState state() {
      return WorkerState.CRASH_LOOPING;
    }
  }

  /** A process that has not reported that it is ready. */
  public record Starting(Instant since, long pid, long startTicks) implements Live {
    @Override
    public WorkerState state() {
      return WorkerState.STARTING;
    }
  }

  /**
   * A process that waits for a task.
   *
   * @param readyAt when it reported that it is ready
   * @param fruitful whether it has finished a task
   */
  public record Idle(Instant since, long pid, long startTicks, Instant readyAt, boolean fruitful)
      implements Live {
    @Override
    public WorkerState state() {
      return WorkerState.IDLE;
    }
  }

  /**
   * A process that runs a task, or was handed one.
   *
   * @param since when the run started, or became the next one to start
   * @param readyAt when it reported that it is ready
   * @param fruitful whether it has finished a task
   * @param run the task that runs, or starts next
   * @param ahead the tasks that it was handed to start after that
   */
  public record Busy(
      Instant since,
      long pid,
      long startTicks,
      Instant readyAt,
      boolean fruitful,
      TaskRun run,
      PVector<TaskRun> ahead)
      implements Live {
    /** Returns an idle process that has just been handed a task. */
    public static Busy with(Idle idle, TaskRun run, Instant now) {
      return new Busy(
          now, idle.pid, idle.startTicks, idle.readyAt, idle.fruitful, run, TreePVector.empty());
    }

    @Override
    public WorkerState state() {
      return WorkerState.BUSY;
    }

    /** Returns a copy with another state of its run. */
    public Busy with(TaskRun next) {
      return with(next, ahead);
    }

    /** Returns a copy with other states of its runs. */
    public Busy with(TaskRun next, PVector<TaskRun> later) {
      return new Busy(since, pid, startTicks, readyAt, fruitful, next, later);
    }

    /** Returns a copy whose run has started. */
    public Busy starting(TaskRun started, PVector<TaskRun> later, Instant now) {
      return new Busy(now, pid, startTicks, readyAt, fruitful, started, later);
    }

    /** Returns the process after the end of its run. */
    public Live after(Instant now, boolean isFruitful) {
      return ahead.isEmpty()
          ? new Idle(now, pid, startTicks, readyAt, isFruitful)
          : new Busy(now, pid, startTicks, readyAt, isFruitful, ahead.get(0), ahead.minus(0));
    }
  }

  /**
   * A process that was signalled, or asked to end, and whose tree is not yet empty.
   *
   * @param run the task that it was running, or null
   * @param end the end of that run, if it was reported only when the process was dying; or null
   * @param ahead the tasks that it had been handed to start later
   * @param ended the runs before the last one whose ends were reported only when it was dying
   * @param cause why it must die; the first cause decides the fate of the run
   * @param asked whether it was only asked to end, and has not been sent SIGKILL
   * @param orders the orders that wait for its death
   */
  public record Dying(
      Instant since,
      long pid,
      long startTicks,
      @Nullable TaskRun run,
      @Nullable RunEnd end,
      PVector<TaskRun> ahead,
      PVector<Ended> ended,
      Cause cause,
      boolean asked,
      PVector<String> orders)
      implements Live {
    @Override
    public WorkerState state() {
      return WorkerState.DYING;
    }

    /** Returns a copy with another last run. */
    public Dying with(@Nullable TaskRun nextRun, @Nullable RunEnd nextEnd) {
      return with(nextRun, nextEnd, ahead, ended);
    }

    /** Returns a copy with other states of all its runs. */
    public Dying with(
        @Nullable TaskRun nextRun,
        @Nullable RunEnd nextEnd,
        PVector<TaskRun> later,
        PVector<Ended> before) {
      return new Dying(
          since, pid, startTicks, nextRun, nextEnd, later, before, cause, asked, orders);
    }

    /** Returns a copy with a process that is known by now. */
    public Dying withProcess(long newPid, long newStartTicks) {
      return new Dying(since, newPid, newStartTicks, run, end, ahead, ended, cause, asked, orders);
    }

    /** Returns a copy with one more order that waits for its death. */
    public Dying withOrder(String order) {
      return new Dying(
          since, pid, startTicks, run, end, ahead, ended, cause, asked, orders.plus(order));
    }

    /** Returns a copy that has been sent SIGKILL. */
    public Dying signalled() {
      return new Dying(since, pid, startTicks, run, end, ahead, ended, cause, false, orders);
    }
  }

  /** A run and how it ended. */
  public record Ended(TaskRun run, RunEnd end) {}

  /** The reasons why a worker must die. */
  public sealed interface Cause {
    /**
     * An operator's order.
     *
     * @param asked whether the handler was asked to stop first, so that a failure may be its answer
     */
    record ByOrder(String order, boolean asked) implements Cause {}

    /** A run reached its hard limit. */
    record TimedOut(String task, int attempt) implements Cause {}

    /** The broker has been away for longer than the lease. */
    record LeaseOver() implements Cause {}

    /** The worker was asked to return a task and did not answer. */
    record NoAnswer() implements Cause {}

    /** The worker did not report in time that it is ready. */
    record NeverReady() implements Cause {}

    /**
     * The worker wrote something that it may not write, or that can't be read.
     *
     * @param how a clause about it
     * @param inVain whether its death counts against the slot, as one that did no work
     */
    record ProtocolBroken(String how, boolean inVain) implements Cause {}

    /** The controller stops. */
    record Stopping() implements Cause {}
  }
}
