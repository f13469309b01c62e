package dev.warrener.e2e.chaos;

import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.Signal;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A fault that breaks a part of the fleet for a while. It is chosen by seed; the fleet keeps a
 * record of it for the judge.
 */
sealed interface Fault {
  /** Returns the name of the fault in the record. */
  default String verb() {
    return getClass().getSimpleName();
  }

  /** Breaks the part. */
  void begin(ChaosFleet fleet);

  /** Repairs the part. */
  void end(ChaosFleet fleet);

  /** Whether a kill at this controller may take longer for it. */
  default boolean disturbs(String controller) {
    return switch (this) {
      case KillWorker _, FreezeWorker _, Nothing _ -> false;
      case RestartBroker _, PauseBroker _, FillDisk _ -> true;
      case KillController fault -> fault.id().equals(controller);
      case FreezeController fault -> fault.id().equals(controller);
      case FreezeThenKillController fault -> fault.id().equals(controller);
      case CutNetwork fault -> fault.id().equals(controller);
      case StallNetwork fault -> fault.id().equals(controller);
      case HalfOpenNetwork fault -> fault.id().equals(controller);
    };
  }

  /** Returns a fault and its victim, chosen by a seed. */
  static Fault any(RandomGenerator random, ChaosFleet fleet) {
    var id = fleet.anyId(random);
    var all =
        List.of(
            new KillWorker(id, random.nextInt(100)),
            new KillWorker(id, random.nextInt(100)),
            new FreezeWorker(id, random.nextInt(100)),
            new KillController(id),
            new KillController(id),
            new FreezeController(id),
            new FreezeThenKillController(id),
            new RestartBroker(random.nextBoolean()),
            new PauseBroker(),
            new CutNetwork(id),
            new CutNetwork(id),
            new StallNetwork(id),
            new HalfOpenNetwork(id),
            new FillDisk(),
            new Nothing());
    return all.get(random.nextInt(all.size()));
  }

  /** SIGKILL to a worker, as the kernel's out-of-memory killer would. */
  record KillWorker(String id, int which) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      long from = System.nanoTime();
      Workers.signal(fleet, id, which, Signal.KILL);
      fleet.struck(verb(), Workers.victim(id), from);
    }

    @Override
    public void end(ChaosFleet fleet) {}
  }

  /** SIGSTOP to a worker, and SIGCONT later. */
  record FreezeWorker(String id, int which) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      Workers.signal(fleet, id, which, Signal.STOP);
    }

    @Override
    public void end(ChaosFleet fleet) {
      // Whichever it was; the others don't mind.
      for (long pid : Workers.pids(fleet, id)) {
        Signal.CONT.send(pid);
      }
    }
  }

  /** SIGKILL to a controller; another one of its id starts later. */
  record KillController(String id) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.controller(id).kill();
      fleet.struck(verb(), id, from);
    }

    @Override
    public void end(ChaosFleet fleet) {
      fleet.start(id);
    }
  }

  /** SIGSTOP to a controller, and SIGCONT later. */
  record FreezeController(String id) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      fleet.controller(id).freeze();
      fleet.struck(verb(), id, System.nanoTime());
    }

    @Override
    public void end(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.controller(id).thaw();
      fleet.struck(verb(), id, from);
    }
  }

  /** SIGSTOP to a controller, and then SIGKILL: it can't clean up after itself. */
  record FreezeThenKillController(String id) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.controller(id).freeze();
      fleet.struck(verb(), id, from);
    }

    @Override
    public void end(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.controller(id).kill();
      fleet.struck(verb(), id, from);
      fleet.start(id);
    }
  }

  /** The broker ends, in order or by SIGKILL, and comes back with what is durable. */
  record RestartBroker(boolean inOrder) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      long from = System.nanoTime();
      if (inOrder) {
        fleet.broker().stop();
      } else {
        fleet.broker().kill();
      }
      fleet.struck(verb(), "broker", from);
    }

    @Override
    public void end(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.broker().start();
      fleet.struck(verb(), "broker", from);
    }
  }

  /** The broker stands still. */
  record PauseBroker() implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      fleet.broker().pause();
      fleet.struck(verb(), "broker", System.nanoTime());
    }

    @Override
    public void end(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.broker().resume();
      fleet.struck(verb(), "broker", from);
    }
  }

  /** One controller's connections are reset, and it gets no new ones. */
  record CutNetwork(String id) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.wire(id).cut();
      fleet.struck(verb(), id, from);
    }

    @Override
    public void end(ChaosFleet fleet) {
      fleet.wire(id).heal();
    }
  }

  /** A partition: nothing passes between one controller and the broker, and nobody is told. */
  record StallNetwork(String id) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      fleet.wire(id).stall();
      fleet.struck(verb(), id, System.nanoTime());
    }

    @Override
    public void end(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.wire(id).heal();
      fleet.struck(verb(), id, from);
    }
  }

  /** The broker hears that a controller is gone, and the controller hears nothing. */
  record HalfOpenNetwork(String id) implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      long from = System.nanoTime();
      fleet.wire(id).halfOpen();
      fleet.struck(verb(), id, from);
    }

    @Override
    public void end(ChaosFleet fleet) {
      fleet.wire(id).heal();
    }
  }

  /** The broker's disk is full: nobody can publish. */
  record FillDisk() implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {
      fleet.broker().raiseDiskAlarm();
    }

    @Override
    public void end(ChaosFleet fleet) {
      fleet.broker().clearDiskAlarm();
    }
  }

  /** No fault at all. */
  record Nothing() implements Fault {
    @Override
    public void begin(ChaosFleet fleet) {}

    @Override
    public void end(ChaosFleet fleet) {}
  }

  /** The worker processes of a controller. */
  final class Workers {
    private Workers() {}

    static List<Long> pids(ChaosFleet fleet, String id) {
      return ProcessTable.workersOf(id, fleet.controller(id).pid());
    }

    /** Returns the victim's name: a controller that has lost a worker has not lost the broker. */
    static String victim(String id) {
      return "a worker of " + id;
    }

    static void signal(ChaosFleet fleet, String id, int which, Signal signal) {
      var pids = pids(fleet, id);
      if (!pids.isEmpty()) {
        signal.send(pids.get(which % pids.size()));
      }
    }
  }
}
