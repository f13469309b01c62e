package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FleetLoopTest {
  private final BlockingQueue<Effect> effects = new LinkedBlockingQueue<>();
  private final FleetLoop loop =
      new FleetLoop(
          FleetState.initial(settings(), Instant.now()),
          InstantSource.system(),
          Duration.ofHours(1),
          effects::add,
          () -> Long.MAX_VALUE,
          FrameMemory.ofHeap());

  @Test
  void killsAreSignalledBeforeAnythingIsSaidOfThem() throws InterruptedException {
    loop.start();
    loop.post(new Event.OrdersSynced(List.of(), null));
    var worker = await(Effect.Spawn.class).worker();
    loop.post(new Event.Spawned(worker, 4711, 1));
    loop.post(new Event.Ready(worker, Set.of("*")));

    loop.post(new Event.OrderArrived(new HeardOrder(killAll(), "ops", null)));

    var untilHeard = new ArrayList<Effect>();
    do {
      untilHeard.add(await(Effect.class));
    } while (!isHeard(untilHeard.getLast()));
    assertThat(untilHeard)
        .filteredOn(effect -> effect instanceof Effect.Kill || isReportOfTheOrder(effect))
        .first()
        .isEqualTo(new Effect.Kill(List.of(worker)));

    loop.post(new Event.TreeEmpty(Certificates.proven(worker)));
    loop.post(new Event.StopRequested());
    await(Effect.End.class);
  }

  private static boolean isHeard(Effect effect) {
    return effect instanceof Effect.Say say && say.report() instanceof Report.ControllerHeard;
  }

  private static boolean isReportOfTheOrder(Effect effect) {
    return isHeard(effect) || effect instanceof Effect.Audit || effect instanceof Effect.Log;
  }

  /** The next effect of that type. */
  private <E extends Effect> E await(Class<E> type) throws InterruptedException {
    while (true) {
      var effect = effects.poll(30, TimeUnit.SECONDS);
      assertThat(effect).as("no %s within 30 s", type.getSimpleName()).isNotNull();
      if (type.isInstance(effect)) {
        return type.cast(effect);
      }
    }
  }

  private static Order killAll() {
    var now = Instant.now();
    return Order.builder(OrderKind.KILL, Scope.ALL)
        .inFlight(InFlight.REQUEUE)
        .then(Then.HOLD)
        .reason("test")
        .issuedBy("ops")
        .issuedAt(now)
        .expiresAt(now.plusSeconds(60))
        .build();
  }

  static Settings settings() {
    return Settings.builder("web-1")
        .queues(List.of(new Settings.QueueSettings("mail", 1, 0, 3, Duration.ZERO)))
        .build();
  }
}
