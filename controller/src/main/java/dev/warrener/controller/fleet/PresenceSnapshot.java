package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.OtherControllers;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.RosterState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Builds the presence report that describes a state. */
final class PresenceSnapshot {
  /** Presence is published every two seconds: a controller that misses three is silent. */
  private static final Duration SILENT_AFTER = Duration.ofSeconds(6);

  private PresenceSnapshot() {}

  static Presence of(FleetState state, Now now) {
    var settings = state.settings();
    var workers = new ArrayList<Presence.WorkerPresence>();
    for (var slot : state.pool().slots()) {
      workers.add(worker(slot, now));
    }
    var queues = new ArrayList<Presence.QueuePresence>();
    for (var queue : state.queues().values()) {
      int running = 0;
      int pool = 0;
      int waiting = queue.waiting().size() + state.broker().unsettled(queue.name());
      for (var slot : state.pool().ofQueue(queue.name())) {
        pool++;
        var run = slot.run();
        running += run != null && run.started() ? 1 : 0;
        waiting += slot.ahead().size();
      }
      queues.add(
          new Presence.QueuePresence(
              queue.name(),
              pool,
              waiting,
              running,
              state.restrictions().queueHeld(settings, queue.name())));
    }
    var holds = new ArrayList<Presence.Hold>();
    for (var hold : state.restrictions().holds().inForce(settings.controller())) {
      holds.add(
          new Presence.Hold(
              hold.order(), hold.scope(), hold.reason(), hold.issuedBy(), hold.issuedAt()));
    }
    return Presence.builder(settings.controller(), settings.host())
        .pid(settings.pid())
        .software(settings.software())
        .at(now.instant())
        .state(controllerState(state, queues))
        .workers(List.copyOf(workers))
        .queues(List.copyOf(queues))
        .holds(List.copyOf(holds))
        .leaseMillis(settings.boundWithoutBroker().toMillis())
        .containment(settings.containment())
        .refusedOrders(state.orders().refused())
        .unavailableHandlers(
            state.queues().values().stream()
                .flatMap(queue -> queue.unavailable().stream())
                .distinct()
                .toList())
        .unproven(settings.unproven())
        .revocations(
            state.restrictions().revocations().ofBatches().stream()
                .map(one ->
                    new Presence.Revocation(
                        one.order(),
                        one.scope(),
                        one.fate(),
                        one.reason(),
                        one.issuedBy(),
                        one.issuedAt()))
                .toList())
        .newestOrderAt(state.restrictions().newestIssuedAt())
        .anyUserMayOrder(settings.operators().isEmpty())
        .build();
  }

  private static Presence.WorkerPresence worker(Slot slot, Now now) {
    var run = slot.run();
    var task = run == null ? null : run.task();
    return Presence.WorkerPresence.builder(slot.number(), slot.queue())
        .incarnation(slot.incarnation())
        .pid(slot.process() instanceof Slot.Live live && live.pid() > 0 ? live.pid() : null)
        .state(slot.process().state())
        .task(task == null ? null : task.id())
        .attempt(task == null ? null : task.attempt())
        .batch(task == null ? null : task.batch())
        .handler(task == null ? null : task.handler())
        .since(now.shown(slot.process().since()))
        .build();
  }

  private static ControllerState controllerState(
      FleetState state, List<Presence.QueuePresence> queues) {
    return switch (state.phase()) {
      case STARTING -> ControllerState.STARTING;
      case DRAINING -> ControllerState.DRAINING;
      case STOPPING -> ControllerState.EXITING;
      case ENDED -> ControllerState.LEFT;
      case RUNNING -> {
        if (!state.broker().connected() || !state.broker().synced()) {
          yield ControllerState.DISCONNECTED;
        }
        yield !queues.isEmpty() && queues.stream().allMatch(Presence.QueuePresence::held)
            ? ControllerState.HELD
            : ControllerState.RUNNING;
      }
    };
  }

  /** Returns the other controllers, each with the state that can be concluded from its silence. */
  static List<Report.RosterEntry> roster(OtherControllers others, Now now) {
    var entries = new ArrayList<Report.RosterEntry>();
    for (var other : others.seen().values()) {
      if (!OtherControllers.isRemembered(other, now.steady())) {
        continue;
      }
      var presence = other.presence();
      RosterState state;
      if (presence.state() == ControllerState.LEFT) {
        state = RosterState.LEFT;
      } else if (now.steady().isAfter(other.at().plus(SILENT_AFTER))) {
        state = RosterState.SILENT;
      } else {
        state = RosterState.LIVE;
      }
      entries.add(
          new Report.RosterEntry(
              presence.id(),
              presence.host(),
              now.shown(other.at()),
              state,
              presence.leaseMillis(),
              other.users(now.steady())));
    }
    return List.copyOf(entries);
  }
}
