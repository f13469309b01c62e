package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;

/**
 * The invariants, held against what a controller was told, what it does, and what the models know
 * to be true. Each failure is a {@link Violation} that names its {@link Check}. The judges are
 * {@link WorldChecks}, {@link EffectChecks}, {@link LifeChecks}, {@link ReportChecks}, {@link
 * RestChecks}, {@link VerdictChecks}, {@link BacklogChecks}, {@link RevocationChecks} and {@link
 * TripwireChecks}; {@link BookKeeper} writes the book that most of them go by.
 */
final class Checks {
  final WorldChecks world;
  final RestChecks rest;
  final VerdictChecks verdict;
  final BacklogChecks backlog;
  final TripwireChecks tripwire;
  private final BookKeeper keeper;
  private final EffectChecks effectChecks;
  private final ReportChecks reports;
  private final LifeChecks lives;

  Checks(Simulation simulation) {
    world = new WorldChecks(simulation);
    keeper = new BookKeeper(simulation);
    reports = new ReportChecks(simulation);
    effectChecks = new EffectChecks(simulation, world, reports);
    lives = new LifeChecks(simulation);
    rest = new RestChecks(simulation, world);
    verdict = new VerdictChecks(simulation);
    backlog = new BacklogChecks(simulation, world);
    tripwire = new TripwireChecks(simulation);
  }

  // What a controller decides.

  /** An event that is late must mean nothing. */
  void changesNothing(
      ModelController controller, Event event, FleetState before, Fleet.Decision decision) {
    require(
        decision.effects().isEmpty() && decision.state().equals(before),
        Check.ONE_PROCESS_AND_NO_STALE_FRAME,
        event,
        "is late and means something to",
        controller.id,
        ":",
        decision.effects());
  }

  /** So must one that comes after the end. */
  void meansNothing(
      ModelController controller, Event event, FleetState before, Fleet.Decision decision) {
    require(
        decision.effects().isEmpty() && decision.state().equals(before),
        Check.TERMINAL_STATES_ARE_TERMINAL,
        event,
        "comes after the end of",
        controller.id,
        "and means something to it:",
        decision.effects());
  }

  /** An event was decided: what it says goes into the book, and what follows is checked. */
  void decided(
      ModelController controller, Event event, FleetState before, Fleet.Decision decision) {
    var book = controller.book();
    require(!before.isEnded(), Check.TERMINAL_STATES_ARE_TERMINAL, book, "decides after its end");
    var effects = decision.effects();
    keeper.hear(book, event, effects);
    for (var effect : effects) {
      effectChecks.check(book, event, effect);
      book.performs(effect);
    }
    lives.decided(book, event);
    tripwire.decided(book, event, effects);
    boolean aboutOrders =
        event instanceof Event.OrderArrived
            || event instanceof Event.OrdersSynced
            || event instanceof Event.Tripped;
    // Until the log has been read it can't know which of the holds that it remembers were lifted.
    if (aboutOrders && book.synced) {
      ReportChecks.saysWhatItHolds(book, Fleet.presence(decision.state(), controller.now()));
    }
  }
}
