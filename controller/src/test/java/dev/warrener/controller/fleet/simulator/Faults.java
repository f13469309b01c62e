package dev.warrener.controller.fleet.simulator;

import java.util.EnumMap;
import java.util.Map;

/**
 * What goes wrong in one simulation, and how often.
 *
 * @param rarities of how many chances one is taken, for each fault; a fault that is missing never
 *     happens
 */
record Faults(Map<Fault, Integer> rarities) {
  static final Faults NONE = new Faults(Map.of());

  /** Dying workers, and a broker that is always there. */
  static final Faults WORKERS =
      NONE.with(Fault.CRASH, 60)
          .with(Fault.REFUSE, 15)
          .with(Fault.FAIL_TASK, 6)
          .with(Fault.NEVER_READY, 20)
          .with(Fault.SPAWN_FAILS, 20)
          .with(Fault.STUBBORN, 5)
          .with(Fault.LINGERING, 5)
          .with(Fault.STALE, 10)
          .with(Fault.LOSE_REPORT, 10)
          .with(Fault.DEAF, 10);

  /** Everything, now and then. */
  static final Faults ALL =
      NONE.with(Fault.CRASH, 150)
          .with(Fault.KILL_CONTROLLER, 300)
          .with(Fault.FREEZE, 300)
          .with(Fault.STOP, 500)
          .with(Fault.CUT, 300)
          .with(Fault.LOSE_TASKS, 300)
          .with(Fault.LOSE_ORDERS, 300)
          .with(Fault.END_CONSUMPTION, 300)
          .with(Fault.RESTART_BROKER, 600)
          .with(Fault.ALARM, 500)
          .with(Fault.TRIP, 1500)
          .with(Fault.REFUSE, 15)
          .with(Fault.FAIL_TASK, 8)
          .with(Fault.NEVER_READY, 20)
          .with(Fault.SPAWN_FAILS, 20)
          .with(Fault.STUBBORN, 6)
          .with(Fault.LINGERING, 6)
          .with(Fault.STALE, 10)
          .with(Fault.LOSE_REPORT, 8)
          .with(Fault.DEAF, 30)
          .with(Fault.LOSE_PART, 10)
          .with(Fault.LOSE_LOG, 600)
          .with(Fault.LOSE_DISK, 8);

  /** Connections that come and go. */
  static final Faults CONNECTIONS =
      NONE.with(Fault.CUT, 100)
          .with(Fault.LOSE_TASKS, 80)
          .with(Fault.LOSE_ORDERS, 80)
          .with(Fault.END_CONSUMPTION, 80)
          .with(Fault.RESTART_BROKER, 300)
          .with(Fault.ALARM, 200)
          .with(Fault.TRIP, 1000)
          .with(Fault.REFUSE, 8)
          .with(Fault.FAIL_TASK, 8)
          .with(Fault.STUBBORN, 10)
          .with(Fault.LINGERING, 10)
          .with(Fault.STALE, 10)
          .with(Fault.LOSE_REPORT, 8)
          .with(Fault.DEAF, 8)
          .with(Fault.LOSE_PART, 8)
          .with(Fault.LOSE_LOG, 800);

  /** Controllers that come and go. */
  static final Faults CONTROLLERS =
      NONE.with(Fault.CRASH, 200)
          .with(Fault.KILL_CONTROLLER, 80)
          .with(Fault.FREEZE, 120)
          .with(Fault.STOP, 150)
          .with(Fault.TRIP, 2000)
          .with(Fault.REFUSE, 30)
          .with(Fault.FAIL_TASK, 8)
          .with(Fault.NEVER_READY, 20)
          .with(Fault.SPAWN_FAILS, 20)
          .with(Fault.STUBBORN, 8)
          .with(Fault.LINGERING, 8)
          .with(Fault.STALE, 10)
          .with(Fault.LOSE_REPORT, 8)
          .with(Fault.DEAF, 8)
          .with(Fault.LOSE_PART, 8)
          .with(Fault.LOSE_DISK, 20);

  Faults {
    rarities = Map.copyOf(rarities);
  }

  private Faults with(Fault fault, int rarity) {
    var more = new EnumMap<Fault, Integer>(Fault.class);
    more.putAll(rarities);
    more.put(fault, rarity);
    return new Faults(more);
  }

  /** Returns of how many chances of a fault one is taken; 0 for none. */
  int rarity(Fault fault) {
    return rarities.getOrDefault(fault, 0);
  }

  /** A different mix for each seed, the quiet one among them. */
  static Faults of(Chance chance) {
    return switch (chance.below(8)) {
      case 0 -> NONE;
      case 1 -> WORKERS;
      case 2, 3 -> CONNECTIONS;
      case 4, 5 -> CONTROLLERS;
      default -> ALL;
    };
  }
}
