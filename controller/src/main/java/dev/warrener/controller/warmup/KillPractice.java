package dev.warrener.controller.warmup;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.WorkerKey;
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
 * Decides kills of a fleet that isn't there. A kill is seldom, so what it needs would be
 * interpreted each time, and the first of a controller, which is the one that matters most, is the
 * slowest: practised, it is compiled by then. Pure: what it decides is done by nobody.
 */
public final class KillPractice {
  private static final int WORKERS = 8;
  private static final String QUEUE = "practice";
  private static final String USER = "practice";

  private final FleetState busy;
  private final Consumer<Effect> audience;

  /**
   * Prepares a fleet that works.
   *
   * @param settings of the controller
   * @param audience gets what each kill would have had done
   */
  public KillPractice(Settings settings, Consumer<Effect> audience) {
    this.audience = audience;
    var fleet = new Practised(FleetState.initial(practising(settings), Instant.now()));
    fleet.happens(new Event.Remembered(RetainedRestrictions.NONE));
    fleet.happens(new Event.OrdersSynced(List.of(), null));
    fleet.happens(new Event.BrokerUp(1));
    for (int i = 1; i <= WORKERS; i++) {
      var task = Task.to(QUEUE, "practice").id("practice-" + i).publishedAt(Instant.now()).build();
      fleet.happens(new Event.Delivered(new DeliveryKey(1, QUEUE, i), task));
    }
    busy = fleet.state;
  }

  private static Settings practising(Settings settings) {
    var queue = new Settings.QueueSettings(QUEUE, WORKERS, WORKERS, 3, Duration.ZERO);
    return new Settings(
        settings.controller(),
        settings.host(),
        settings.pid(),
        settings.software(),
        settings.containment(),
        List.of(queue),
        Set.of(),
        settings.lease(),
        settings.startDeadline(),
        settings.drainDeadline(),
        settings.restarts(),
        settings.duplicateWindow(),
        settings.poisonAfter());
  }

  /** Kills all of its workers, that fate for what they run, and tells how it ended. */
  public Report.ControllerDone kill(InFlight fate) {
    var now = Instant.now();
    var order =
        new Order(
            1,
            Uuid7.next(),
            OrderKind.KILL,
            Scope.ALL,
            fate,
            Backlog.KEEP,
            Then.HOLD,
            0,
            "practice",
            USER,
            now,
            now.plusSeconds(60),
            false);
    var fleet = new Practised(busy);
    var received = ContractJson.readOrder(ContractJson.write(order));
    fleet.happens(new Event.OrderArrived(new HeardOrder(received, USER, null)));
    if (fleet.done == null) {
      throw new IllegalStateException("a practised kill did not end");
    }
    return fleet.done;
  }

  /** A fleet of which all is done at once that it decides. */
  private final class Practised {
    private final Queue<Effect> toDo = new ArrayDeque<>();
    private FleetState state;
    private Report.@Nullable ControllerDone done;

    Practised(FleetState state) {
      this.state = state;
    }

    void happens(Event event) {
      decide(event);
      while (!toDo.isEmpty()) {
        var effect = toDo.remove();
        audience.accept(effect);
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
