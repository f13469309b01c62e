package dev.warrener.controller.fleet.state;

import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.report.WorkerState;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * A place for one worker process at a time.
 *
 * @param number from 1
 * @param queue the queue that it serves
 * @param incarnation counts the processes that it has had; 0 before the first
 * @param process what is in it now
 * @param deaths the deaths in a row that count against it
 * @param firstDeath when the first of them was, or null
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

  public WorkerKey key() {
    return new WorkerKey(number, incarnation);
  }

  public Slot with(Occupant next) {
    return new Slot(number, queue, incarnation, next, deaths, firstDeath, proven);
  }

  public Slot next(Instant now) {
    return new Slot(
        number, queue, incarnation + 1, new Starting(now, 0, 0), deaths, firstDeath, proven);
  }

  public Slot ready(Occupant idle) {
    return new Slot(number, queue, incarnation, idle, deaths, firstDeath, true);
  }

  public Slot forgiven() {
    return deaths == 0 ? this : new Slot(number, queue, incarnation, process, 0, null, proven);
  }

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

  /** The run that is in this slot, or null. */
  public @Nullable TaskRun run() {
    return switch (process) {
      case Busy busy -> busy.run;
      case Dying dying -> dying.run;
      case None _, BackingOff _, CrashLooping _, Starting _, Idle _ -> null;
    };
  }

  /** What was handed to its worker to start later, in that order. */
  public PVector<TaskRun> ahead() {
    return switch (process) {
      case Busy busy -> busy.ahead;
      case Dying dying -> dying.ahead;
      case None _, BackingOff _, CrashLooping _, Starting _, Idle _ -> TreePVector.empty();
    };
  }

  /** The first of what its worker was handed, started or not, of which that is so; or null. */
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

  public boolean isLive() {
    return process instanceof Live;
  }

  /** What it does, for people: "runs task t, attempt 2", "is idle". */
  public String describe() {
    var run = run();
    return run == null
        ? "is " + process.state().wire()
        : "runs task " + run.task().id() + ", attempt " + run.task().attempt();
  }

  /** What is in a slot. */
  public sealed interface Occupant permits Live, None, BackingOff, CrashLooping {
    Instant since();

    WorkerState state();
  }

  /** A process that exists, or is about to. */
  public sealed interface Live extends Occupant permits Starting, Idle, Busy, Dying {
    /** 0 until it is known. */
    long pid();

    long startTicks();
  }

  /** Nothing, and nothing to wait for. */
  public record None(Instant since) implements Occupant {
    @Override
    public WorkerState state() {
      return WorkerState.EMPTY;
    }
  }

  /** Nothing until the delay is over. */
  public record BackingOff(Instant since) implements Occupant {
    @Override
    public WorkerState state() {
      return WorkerState.BACKING_OFF;
    }
  }

  /** Nothing until the cool-down is over. */
  public record CrashLooping(Instant since) implements Occupant {
    @Override
    public WorkerState state() {
      return WorkerState.CRASH_LOOPING;
    }
  }

  /** A process that has not said that it is ready. */
  public record Starting(Instant since, long pid, long startTicks) implements Live {
    @Override
    public WorkerState state() {
      return WorkerState.STARTING;
    }
  }

  /** A process that waits for a task. */
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
   * @param run what runs, or starts next
   * @param ahead what was handed to it to start after that
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
    public static Busy with(Idle idle, TaskRun run, Instant now) {
      return new Busy(
          now, idle.pid, idle.startTicks, idle.readyAt, idle.fruitful, run, TreePVector.empty());
    }

    @Override
    public WorkerState state() {
      return WorkerState.BUSY;
    }

    public Busy with(TaskRun next) {
      return with(next, ahead);
    }

    public Busy with(TaskRun next, PVector<TaskRun> later) {
      return new Busy(since, pid, startTicks, readyAt, fruitful, next, later);
    }

    /** The run has started. */
    public Busy starting(TaskRun started, PVector<TaskRun> later, Instant now) {
      return new Busy(now, pid, startTicks, readyAt, fruitful, started, later);
    }

    /** What becomes of it when the run is over. */
    public Live after(Instant now, boolean isFruitful) {
      return ahead.isEmpty()
          ? new Idle(now, pid, startTicks, readyAt, isFruitful)
          : new Busy(now, pid, startTicks, readyAt, isFruitful, ahead.get(0), ahead.minus(0));
    }
  }

  /**
   * A process that was signalled, or asked to end, and whose tree is not yet empty.
   *
   * @param run what it was running, or null
   * @param end how the run had ended by then after all, or null
   * @param ahead what it had been handed to start later
   * @param ended the runs that it had ended before it started the last one, as was heard only when
   *     it was dying
   * @param cause why it must die; the first one decides the fate of the run
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
      PVector<String> orders)
      implements Live {
    @Override
    public WorkerState state() {
      return WorkerState.DYING;
    }

    public Dying with(@Nullable TaskRun nextRun, @Nullable RunEnd nextEnd) {
      return with(nextRun, nextEnd, ahead, ended);
    }

    public Dying with(
        @Nullable TaskRun nextRun,
        @Nullable RunEnd nextEnd,
        PVector<TaskRun> later,
        PVector<Ended> before) {
      return new Dying(since, pid, startTicks, nextRun, nextEnd, later, before, cause, orders);
    }

    public Dying withProcess(long newPid, long newStartTicks) {
      return new Dying(since, newPid, newStartTicks, run, end, ahead, ended, cause, orders);
    }

    public Dying withOrder(String order) {
      return new Dying(since, pid, startTicks, run, end, ahead, ended, cause, orders.plus(order));
    }
  }

  /** A run and how it ended. */
  public record Ended(TaskRun run, RunEnd end) {}

  /** Why a worker must die. */
  public sealed interface Cause {
    /**
     * An operator's order.
     *
     * @param asked whether its handler was asked to stop first, so that a failure may be the answer
     */
    record ByOrder(String order, boolean asked) implements Cause {}

    /** That run reached the hard limit. */
    record TimedOut(String task, int attempt) implements Cause {}

    /** The broker has been away for longer than the lease. */
    record LeaseOver() implements Cause {}

    /** It was told to give a task back and did not answer. */
    record NoAnswer() implements Cause {}

    /** It did not say in time that it is ready. */
    record NeverReady() implements Cause {}

    /** The controller stops. */
    record Stopping() implements Cause {}
  }
}
