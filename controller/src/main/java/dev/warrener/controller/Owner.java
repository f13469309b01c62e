package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.FleetState;
import dev.warrener.controller.fleet.Now;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the fleet's state: it takes events in the order they came, asks {@link
 * Fleet#decide} what they mean, and hands the effects on. Anybody may post events and read the
 * newest state; nobody else changes it.
 */
final class Owner {
  private static final Logger LOG = LoggerFactory.getLogger(Owner.class);

  /** How often it looks at the clock when nothing happens. */
  private static final long LOOK_MILLIS = 250;

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final InstantSource clock;
  private final Consumer<Effect> effects;
  private final Thread thread;
  private final Duration standstill;
  private volatile FleetState state;

  /**
   * @param standstill when between two looks at the clock more than this has passed, this process
   *     has stood still, and is told so before all else
   */
  Owner(FleetState initial, InstantSource clock, Duration standstill, Consumer<Effect> effects) {
    state = initial;
    this.standstill = standstill;
    this.clock = clock;
    this.effects = effects;
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
      while (!state.isEnded()) {
        var event = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        var passed = Duration.ofNanos(System.nanoTime() - looked);
        looked = System.nanoTime();
        if (passed.compareTo(standstill) > 0) {
          step(new Event.StoodStill(passed));
        }
        if (event != null) {
          step(event);
        }
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
    for (var effect : decision.effects()) {
      try {
        effects.accept(effect);
      } catch (RuntimeException e) {
        LOG.error("a bug: {} could not be handed on", effect, e);
      }
    }
  }
}
