package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.messaging.broker.Errors;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that posts due timers and runs periodic work. Thread-safe. */
final class Timers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);

  /**
   * The longest delay: a hundred years. Publishers choose how long a task may run, and the
   * nanoseconds of the longest time that they can choose don't fit into a long.
   */
  private static final Duration LONGEST = Duration.ofDays(36_525);

  private final Consumer<Event> events;
  private final LongSupplier bootNanos;
  private final Set<Delayed> waiting = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService thread =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().name("timers").daemon().factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  Timers(Consumer<Event> events) {
    this(events, Kernel::bootNanos);
  }

  Timers(Consumer<Event> events, LongSupplier bootNanos) {
    this.events = events;
    this.bootNanos = bootNanos;
  }

  /** Posts a timer as an event when it is due. */
  void schedule(Effect.Schedule schedule) {
    after(
        Duration.between(Instant.now(), schedule.at()),
        () -> events.accept(new Event.TimerDue(schedule.timer())));
  }

  /** Runs short work once, after a delay; not at all if it is due after {@link #close}. */
  void after(Duration delay, Runnable work) {
    var capped = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    var delayed = new Delayed(work, bootNanos.getAsLong() + Math.max(0, capped.toNanos()));
    waiting.add(delayed);
    delayed.schedule();
  }

  /**
   * Schedules anew what waits, because the host was suspended: the clock that the thread waits by
   * stood still meanwhile, and the time has passed all the same.
   */
  void suspended() {
    waiting.forEach(Delayed::schedule);
  }

  /** Work that is due at some time since the start of the host. */
  private final class Delayed implements Runnable {
    private final Runnable work;
    private final long dueBootNanos;
    private final AtomicBoolean done = new AtomicBoolean();

    /** Guarded by this. */
    private @Nullable Future<?> scheduled;

    Delayed(Runnable work, long dueBootNanos) {
      this.work = work;
      this.dueBootNanos = dueBootNanos;
    }

    synchronized void schedule() {
      if (scheduled != null) {
        scheduled.cancel(false);
      }
      long left = Math.max(0, dueBootNanos - bootNanos.getAsLong());
      scheduled = thread.schedule(this, left, TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
      if (done.compareAndSet(false, true)) {
        waiting.remove(this);
        try {
          tellError(work);
        } catch (RuntimeException e) {
          LOG.error("a bug: work that was put off has failed", e);
        }
      }
    }
  }

  /** Runs short work again and again, for the first time after one period. */
  void every(Duration period, Runnable work) {
    var _ =
        thread.scheduleAtFixedRate(
            () -> {
              try {
                tellError(work);
              } catch (RuntimeException e) {
                LOG.error("a bug: periodic work failed; it is tried again in {}", period, e);
              }
            },
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Runs work; the executor would keep an error to itself. */
  private static void tellError(Runnable work) {
    try {
      work.run();
    } catch (Error e) {
      Errors.tell(e);
      throw e;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
