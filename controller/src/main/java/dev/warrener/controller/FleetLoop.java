package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the fleet's state: it takes events in the order they came, asks {@link
 * Fleet#decide} what they mean, and hands the effects on: in their order, but where workers are to
 * be killed, what only tells of it comes after all the rest. Anybody may post events and read the
 * newest state; nobody else changes it.
 */
final class FleetLoop {
  private static final Logger LOG = LoggerFactory.getLogger(FleetLoop.class);

  /** How many events may be taken one after another before what was put off is done. */
  private static final int MOST_AT_ONCE = 64;

  /** How often it looks at the clock when nothing happens. */
  private static final long LOOK_NANOS = 250_000_000;

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final InstantSource clock;
  private final Consumer<Effect> effects;
  private final LongSupplier caughtUp;
  private final Thread thread;
  private final Duration standstill;
  private volatile FleetState state;

  /**
   * @param standstill when between two looks at the clock more than this has passed, this process
   *     has stood still, and is told so before all else
   * @param caughtUp called when the effects of some events have been handed on; says in how many
   *     nanoseconds at the latest it is to be called again if nothing happens
   */
  FleetLoop(
      FleetState initial,
      InstantSource clock,
      Duration standstill,
      Consumer<Effect> effects,
      LongSupplier caughtUp) {
    state = initial;
    this.standstill = standstill;
    this.clock = clock;
    this.effects = effects;
    this.caughtUp = caughtUp;
    thread = Thread.ofPlatform().name("owner").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void post(Event event) {
    events.add(event);
  }

  /** The newest state. */
  FleetState state() {
    return state;
  }

  private void run() {
    try {
      long looked = System.nanoTime();
      long patience = LOOK_NANOS;
      while (!state.isEnded()) {
        var event = events.poll(patience, TimeUnit.NANOSECONDS);
        var passed = Duration.ofNanos(System.nanoTime() - looked);
        looked = System.nanoTime();
        if (passed.compareTo(standstill) > 0) {
          step(new Event.StoodStill(passed));
        }
        for (int i = 1; event != null; i++) {
          step(event);
          event = i < MOST_AT_ONCE ? events.poll() : null;
        }
        patience = Math.min(LOOK_NANOS, caughtUp.getAsLong());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
    handOn(kills(decision.effects()) ? wordsLast(decision.effects()) : decision.effects());
  }

  // A loop, since it is asked after each event.
  private static boolean kills(List<Effect> all) {
    for (var effect : all) {
      if (effect instanceof Effect.Kill) {
        return true;
      }
    }
    return false;
  }

  private static List<Effect> wordsLast(List<Effect> all) {
    return Stream.concat(
            all.stream().filter(effect -> !isWord(effect)), all.stream().filter(FleetLoop::isWord))
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

  /** What only tells of something; that can wait until the signals are out. */
  private static boolean isWord(Effect effect) {
    return effect instanceof Effect.Say
        || effect instanceof Effect.Log
        || effect instanceof Effect.Audit
        || effect instanceof Effect.TellTask
        || effect instanceof Effect.TellWorker;
  }
}
