package dev.warrener.controller.fleet.state;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Orders, tasks and runs for tests of the state. An order's id is the second of its issue. */
final class Samples {
  static final String CONTROLLER = "web-1";
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Samples() {}

  static Instant at(long second) {
    return START.plusSeconds(second);
  }

  static HeardOrder hold(long second, Scope scope) {
    return heard(order(OrderKind.HOLD, second, scope).build());
  }

  static HeardOrder resume(long second, Scope scope) {
    return heard(order(OrderKind.RESUME, second, scope).build());
  }

  static HeardOrder revoke(long second, Scope scope) {
    return heard(
        order(OrderKind.KILL, second, scope).inFlight(InFlight.PURGE).then(Then.RESPAWN).build());
  }

  static Order.Builder order(OrderKind kind, long second, Scope scope) {
    return Order.builder(kind, scope)
        .id(id(second))
        .backlog(Backlog.KEEP)
        .reason("INC-42")
        .issuedBy("ana")
        .issuedAt(at(second))
        .expiresAt(at(second + 60));
  }

  static String id(long second) {
    return "01900000-0000-7000-8000-%012d".formatted(second);
  }

  static HeardOrder heard(Order order) {
    return new HeardOrder(order, "ana", null);
  }

  static Scope ofWorker(String worker) {
    return new Scope(
        false, List.of(), List.of(), List.of(), List.of(), List.of(new WorkerTarget(worker, null)));
  }

  static Task task(String id) {
    return task(id, null, null);
  }

  static Task task(String id, @Nullable String batch, @Nullable Instant requeuedAt) {
    var task = Task.to("mail", "work").id(id).publishedAt(START);
    task = batch == null ? task : task.batch(batch);
    return (requeuedAt == null ? task : task.requeuedAt(requeuedAt)).build();
  }

  static DeliveryKey delivery(long generation, long tag) {
    return new DeliveryKey(generation, "mail", tag);
  }

  static TaskRun run(String task, long tag) {
    return TaskRun.of(task(task), delivery(1, tag)).startedAt(START);
  }

  static Slot idle(Slot slot) {
    var started = slot.next(START);
    return started.ready(new Slot.Idle(START, 100, 1, START, false));
  }

  static Slot busy(Slot slot, TaskRun run) {
    var ready = idle(slot);
    return ready.with(Slot.Busy.with((Slot.Idle) ready.process(), run, START));
  }

  static WorkerKey worker(int slot) {
    return new WorkerKey(slot, 1);
  }
}
