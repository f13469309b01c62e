package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Timer;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.messaging.order.OrderKind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a controller does not do: NOTHING_OUTLIVES_ITS_TIME. A worker must have been sent
 * SIGKILL when the soonest of its ends is over, and no longer end may stand before a sooner one.
 */
final class LifeChecks {
  /**
   * How late a controller may be: its timers wait for their turn, and it may stand still for two
   * thirds of a lease before that counts as a loss.
   */
  private static final Duration LATE = Duration.ofSeconds(14);

  /** How long a worker of a controller that ends may take to close its handlers. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Simulation simulation;

  LifeChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  /** A controller has decided about an event: whose time is over must be signalled by now. */
  void decided(Book book, Event event) {
    for (var worker : book.workers.values()) {
      note(book, worker);
      if (worker.dead || worker.killed) {
        continue;
      }
      var end = soonest(book, worker);
      require(
          end == null
              || !simulation.now().isAfter(end.plus(LATE))
              || !simulation.now().isAfter(book.awakeSince.plus(LATE)),
          Check.NOTHING_OUTLIVES_ITS_TIME,
          book.worker(worker.key),
          "should have been killed at",
          end,
          "and was not by",
          simulation.now(),
          "when this happened:",
          event);
    }
    boolean stops = event instanceof Event.TimerDue due && due.timer() instanceof Timer.DrainOver;
    if (stops || book.stopsAtOnce) {
      for (var worker : book.workers.values()) {
        // One that was idle was asked to end a moment ago, and has a while to close its handlers.
        require(
            worker.dead || worker.killed || (worker.asked && !book.stopsAtOnce),
            Check.NOTHING_OUTLIVES_ITS_TIME,
            book.worker(worker.key),
            "lives, and its controller stops");
      }
    }
  }

  /** Notes since when a worker's run has been without its delivery. */
  private void note(Book book, Book.WorkerEntry worker) {
    var task = worker.task;
    if (task == null || book.deliveryOf(task) != null) {
      worker.lostSince = null;
    } else if (worker.lostSince == null) {
      worker.lostSince = simulation.now();
    }
  }

  private static @Nullable Instant soonest(Book book, Book.WorkerEntry worker) {
    Instant end = null;
    for (var entry : book.orders.values()) {
      if (entry.order.kind() == OrderKind.KILL
          && !entry.order.dryRun()
          && entry.targets.contains(worker.key)) {
        end = ModelController.earlier(end, entry.takenOn.plusMillis(entry.order.graceMillis()));
      }
    }
    if (worker.closingSince != null) {
      end = ModelController.earlier(end, worker.closingSince.plus(CLOSING));
    }
    var task = worker.task;
    if (task == null || worker.finishedLate || worker.endHeard) {
      return end;
    }
    if (worker.startedAt != null) {
      end = ModelController.earlier(end, worker.startedAt.plus(Simulation.timeoutOf(task)));
    }
    var policy = book.settings.withoutBroker();
    if (policy != WithoutBroker.FINISH && worker.lostSince != null) {
      end =
          ModelController.earlier(
              end,
              policy == WithoutBroker.KILL
                  ? worker.lostSince
                  : worker.lostSince.plus(ModelController.LEASE));
    }
    if (policy != WithoutBroker.FINISH && book.deafSince != null) {
      end = ModelController.earlier(end, book.deafSince.plus(ModelController.LEASE));
    }
    return end;
  }
}
