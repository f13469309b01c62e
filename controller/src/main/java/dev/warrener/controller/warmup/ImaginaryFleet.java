package dev.warrener.controller.warmup;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fleet that exists in memory only, whose workers can be killed any number of times. The
 * decisions are the real ones; their effects are performed by nobody, and count as done at once.
 */
final class ImaginaryFleet {
  private static final int WORKERS = 8;
  private static final String QUEUE = "warm-up";
  private static final String USER = "warm-up";

  private final FleetState busy;
  private final Consumer<Effect> effects;

  /**
   * Makes a fleet of eight busy workers.
   *
   * @param settings the controller's, of which all but the queues and the operators are used
   * @param effects receives each effect that is decided
   */
  ImaginaryFleet(Settings settings, Consumer<Effect> effects) {
    this.effects = effects;
    var fleet = new Life(FleetState.initial(withOneQueue(settings), Instant.now()));
    fleet.post(new Event.Remembered(RetainedRestrictions.NONE));
    fleet.post(new Event.OrdersSynced(List.of(), null));
    fleet.post(new Event.BrokerUp(1));
    for (int i = 1; i <= WORKERS; i++) {
      var task = Task.to(QUEUE, "warm-up").id("warm-up-" + i).publishedAt(Instant.now()).build();
      fleet.post(new Event.Delivered(new DeliveryKey(1, QUEUE, i), task));
    }
    busy = fleet.state;
  }

  private static Settings withOneQueue(Settings settings) {
    var queue = new Settings.QueueSettings(QUEUE, WORKERS, WORKERS, 3, Duration.ZERO);
    return Settings.builder(settings.controller())
        .host(settings.host())
        .pid(settings.pid())
        .software(settings.software())
        .containment(settings.containment())
        .queues(List.of(queue))
        .lease(settings.lease())
        .startDeadline(settings.startDeadline())
        .drainDeadline(settings.drainDeadline())
        .restarts(settings.restarts())
        .duplicateWindow(settings.duplicateWindow())
        .poisonAfter(settings.poisonAfter())
        .build();
  }

  /**
   * Kills all workers, and returns the last report about it. Each call starts with the same busy
   * fleet.
   *
   * @param fate what happens to the tasks that they run
   */
  Report.ControllerDone kill(InFlight fate) {
    var order =
        Order.builder(OrderKind.KILL, Scope.ALL)
            .id(Uuid7.next())
            .inFlight(fate)
            .backlog(Backlog.KEEP)
            .then(Then.HOLD)
            .reason("warm-up")
            .issuedBy(USER)
            .issuedAt(Instant.now())
            .expiresAt(Instant.now().plusSeconds(60))
            .build();
    var fleet = new Life(busy);
    var received = ContractJson.readOrder(ContractJson.write(order));
    fleet.post(new Event.OrderArrived(new HeardOrder(received, USER, null)));
    if (fleet.done == null) {
      throw new IllegalStateException("an imaginary kill did not end");
    }
    return fleet.done;
  }

  /** The fleet between two points in time: performs each effect by posting its outcome. */
  private final class Life {
    private final Queue<Effect> toDo = new ArrayDeque<>();
    private FleetState state;
    private Report.@Nullable ControllerDone done;

    Life(FleetState state) {
      this.state = state;
    }

    void post(Event event) {
      decide(event);
      while (!toDo.isEmpty()) {
        var effect = toDo.remove();
        effects.accept(effect);
        follow(effect);
      }
    }

    private void decide(Event event) {
      var decision = Fleet.decide(state, event, new Now(Instant.now(), System.nanoTime()));
      state = decision.state();
      toDo.addAll(decision.effects());
    }

    private void follow(Effect effect) {
      switch (effect) {
        case Effect.Spawn spawn -> {
          decide(new Event.Spawned(spawn.worker(), 1000 + spawn.worker().slot(), 1));
          decide(new Event.Ready(spawn.worker(), Set.of("*")));
        }
        case Effect.Dispatch dispatch ->
            decide(
                new Event.Started(
                    dispatch.worker(), dispatch.task().id(), dispatch.task().attempt()));
        case Effect.Kill kill ->
            kill.workers().forEach(worker -> decide(new Event.TreeEmpty(certificate(worker))));
        case Effect.Move move -> decide(new Event.Published(move.token()));
        case Effect.Barrier barrier -> decide(new Event.BarrierPassed(barrier.token()));
        case Effect.Keep keep -> decide(new Event.Kept(keep.token(), null));
        case Effect.Say say -> {
          if (say.report() instanceof Report.ControllerDone report) {
            done = report;
          }
        }
        default -> {}
      }
    }
  }

  private static DeathCertificate certificate(WorkerKey worker) {
    return new DeathCertificate(
        worker, 1000 + worker.slot(), 1, "subreaper", 9, null, 1, true, 1000);
  }
}
