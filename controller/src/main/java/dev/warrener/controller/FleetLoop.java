package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.process.pipe.FrameMemory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loop of a controller. Its one thread owns the fleet's state: it takes events in the
 * order of {@link EventQueue}, asks {@link Fleet#decide} for the next state and the effects, and
 * hands the effects on. Effects keep their order, with one exception: when workers are killed,
 * reports and log lines come after everything else. Any thread may post events and read the newest
 * state.
 */
final class FleetLoop {
  private static final Logger LOG = LoggerFactory.getLogger(FleetLoop.class);

  /** The most events in a row before what was collected for batches is sent. */
  private static final int MOST_AT_ONCE = 64;

  /** The pause between two readings of the clock when nothing happens. */
  private static final long TICK_NANOS = 250_000_000;

  private final EventQueue events = new EventQueue();
  private final InstantSource clock;
  private final Consumer<Effect> effects;
  private final LongSupplier caughtUp;
  private final FrameMemory memory;
  private final Thread thread;
  private final Duration standstill;
  private volatile FleetState state;

  /**
   * Makes a loop.
   *
   * @param standstill if more than this passes between two readings of the clock, the process stood
   *     still, and {@link Event.StoodStill} is decided before any other event
   * @param effects performs an effect
   * @param caughtUp called after the effects of some events were handed on; returns in how many
   *     nanoseconds to call it again, at the latest, if nothing happens
   * @param memory where the large results of events that wait are counted
   */
  FleetLoop(
      FleetState initial,
      InstantSource clock,
      Duration standstill,
      Consumer<Effect> effects,
      LongSupplier caughtUp,
      FrameMemory memory) {
    state = initial;
    this.standstill = standstill;
    this.clock = clock;
    this.effects = effects;
    this.caughtUp = caughtUp;
    this.memory = memory;
    thread = Thread.ofPlatform().name("fleet-loop").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void post(Event event) {
    long bytes = bytes(event);
    if (bytes > 0) {
      memory.take(bytes);
    }
    events.add(event);
  }

  /** Returns what a large event counts in memory, or 0. */
  private static long bytes(Event event) {
    return event instanceof Event.Finished finished
            && finished.end().value().length() > FrameMemory.SMALL_BYTES
        ? finished.end().value().length()
        : 0;
  }

  /** Returns the newest state. */
  FleetState state() {
    return state;
  }

  private void run() {
    try {
      long lastTick = System.nanoTime();
      long wait = TICK_NANOS;
      while (!state.isEnded()) {
        var event = events.poll(wait);
        var passed = Duration.ofNanos(System.nanoTime() - lastTick);
        lastTick = System.nanoTime();
        if (passed.compareTo(standstill) > 0) {
          step(new Event.StoodStill(passed));
        }
        for (int i = 1; event != null; i++) {
          step(event);
          long bytes = bytes(event);
          if (bytes > 0) {
            memory.give(bytes);
          }
          event = i < MOST_AT_ONCE ? events.poll() : null;
        }
        wait = Math.min(TICK_NANOS, caughtUp.getAsLong());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("the thread that owns the state was interrupted", e);
    }
  }

  private void step(Event event) {
    Fleet.Decision decision;
    try {
      decision = Fleet.decide(state, event, new Now(clock.instant(), System.nanoTime()));
    } catch (RuntimeException e) {
      // The state is as it was before the event: what the event meant is lost, nothing else.
      LOG.error("a bug: {} could not be decided and is dropped", event, e);
      return;
    }
    state = decision.state();
    handOn(kills(decision.effects()) ? reportsLast(decision.effects()) : decision.effects());
  }

  // A plain loop, because this runs after each event.
  private static boolean kills(List<Effect> all) {
    for (var effect : all) {
      if (effect instanceof Effect.Kill) {
        return true;
      }
    }
    return false;
  }

  private static List<Effect> reportsLast(List<Effect> all) {
    return Stream.concat(
            all.stream().filter(effect -> !isReport(effect)),
            all.stream().filter(FleetLoop::isReport))
        .toList();
  }

  private void handOn(List<Effect> all) {
    for (var effect : all) {
      try {
        effects.accept(effect);
      } catch (RuntimeException e) {
        LOG.error("a bug: {} could not be handed on", effect, e);
      }
    }
  }

  /** Whether an effect only reports something: it can wait until the signals are out. */
  private static boolean isReport(Effect effect) {
    return effect instanceof Effect.Say
        || effect instanceof Effect.Log
        || effect instanceof Effect.Audit
        || effect instanceof Effect.TellTask
        || effect instanceof Effect.TellWorker;
  }
}
