package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.messaging.broker.Errors;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that posts due timers and runs periodic work. Thread-safe. */
final class Timers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);

  private final Consumer<Event> events;
  private final ScheduledExecutorService thread =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().name("timers").daemon().factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  Timers(Consumer<Event> events) {
    this.events = events;
  }

  /** Posts a timer as an event when it is due. */
  void schedule(Effect.Schedule schedule) {
    after(
        Duration.between(Instant.now(), schedule.at()),
        () -> events.accept(new Event.TimerDue(schedule.timer())));
  }

  /** Runs short work once, after a delay; not at all if it is due after {@link #close}. */
  void after(Duration delay, Runnable work) {
    var _ =
        thread.schedule(
            () -> tellError(work), Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
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
