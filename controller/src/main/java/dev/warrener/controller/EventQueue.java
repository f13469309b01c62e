package dev.warrener.controller;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Timer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait for the fleet loop, in three lanes, the most urgent first:
 *
 * <ol>
 *   <li>orders, and what the controller itself must do before anything else: read what a former run
 *       has written down, notice that it stood still, and stop;
 *   <li>what workers report, their deaths among it;
 *   <li>the rest. The broker and others can send much of it at once, and no kill may wait for it.
 * </ol>
 *
 * <p>Within a lane the order is that of posting, and events whose order matters are in the same
 * lane:
 *
 * <ul>
 *   <li>A worker's death comes after everything that it reported while it lived.
 *   <li>What happens to the task connection comes in order with its deliveries, and so do the
 *       answers to what was asked by it: a barrier is passed after the deliveries before it.
 * </ul>
 *
 * <p>Each lane gets its turn: after {@link #MOST_IN_A_ROW} events that overtook others, the others
 * have one. Thread-safe.
 */
final class EventQueue {
  /** The most events in a row that may overtake others: 64. */
  static final int MOST_IN_A_ROW = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition posted = lock.newCondition();

  // Guarded by the lock.
  private final PriorityLevel orders = new PriorityLevel();
  private final PriorityLevel workers = new PriorityLevel();
  private final PriorityLevel rest = new PriorityLevel();

  /** The events of one lane, and how many others have overtaken them since one was taken. */
  private static final class PriorityLevel {
    private final Queue<Event> events = new ArrayDeque<>();
    private int overtaken;

    boolean isDue() {
      return overtaken >= MOST_IN_A_ROW;
    }

    void noteOvertaken() {
      overtaken = events.isEmpty() ? 0 : overtaken + 1;
    }

    @Nullable Event take() {
      overtaken = 0;
      return events.poll();
    }
  }

  /** Adds an event. Never blocks. */
  void add(Event event) {
    lock.lock();
    try {
      lane(event).events.add(event);
      posted.signal();
    } finally {
      lock.unlock();
    }
  }

  private PriorityLevel lane(Event event) {
    return switch (event) {
      // OthersSeen is posted just before the order whose answer contains the roster.
      case Event.OrdersSynced _,
          Event.OrdersDown _,
          Event.OrderArrived _,
          Event.UnreadableOrder _,
          Event.ConnectionRefused _,
          Event.OthersSeen _,
          Event.Remembered _,
          Event.SuspectRunsRead _,
          Event.KillsRemembered _,
          Event.Kept _,
          Event.Tripped _,
          Event.StoodStill _,
          Event.StopRequested _ ->
          orders;
      case Event.Spawned _,
          Event.SpawnFailed _,
          Event.Ready _,
          Event.Started _,
          Event.Finished _,
          Event.ProtocolBroken _,
          Event.TreeEmpty _,
          Event.Unconfirmed _ ->
          workers;
      case Event.TimerDue due -> lane(due.timer());
      case Event.BrokerUp _,
          Event.BrokerDown _,
          Event.Delivered _,
          Event.DeliveredInvalid _,
          Event.ConsumptionEnded _,
          Event.Published _,
          Event.PublishFailed _,
          Event.BarrierPassed _,
          Event.BarrierFailed _,
          Event.BacklogDone _,
          Event.BacklogFailed _,
          Event.PresenceHeard _ ->
          rest;
    };
  }

  private PriorityLevel lane(Timer timer) {
    return switch (timer) {
      case Timer.StartDeadline _,
          Timer.RunDeadline _,
          Timer.RecallDue _,
          Timer.RecallUnanswered _,
          Timer.LookAheadDue _,
          Timer.DeferralOver _,
          Timer.GraceOver _,
          Timer.Respawn _,
          Timer.DrainOver _ ->
          workers;
      // These limit a wait for the broker, whose answer may already be in this lane.
      case Timer.LeaseOver _, Timer.SettlementOver _, Timer.BroadcastOver _ -> rest;
    };
  }

  /** Returns the next event, or null if there is none now. */
  @Nullable Event poll() {
    lock.lock();
    try {
      return take();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the next event, or null if there was none for that long. */
  @Nullable Event poll(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      Event next;
      while ((next = take()) == null && left > 0) {
        left = posted.awaitNanos(left);
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Event take() {
    if (rest.isDue()) {
      return rest.take();
    }
    if (workers.isDue()) {
      rest.noteOvertaken();
      return workers.take();
    }
    if (!orders.events.isEmpty()) {
      workers.noteOvertaken();
      rest.noteOvertaken();
      return orders.take();
    }
    if (!workers.events.isEmpty()) {
      rest.noteOvertaken();
      return workers.take();
    }
    return rest.take();
  }
}
