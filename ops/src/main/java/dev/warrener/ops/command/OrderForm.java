package dev.warrener.ops.command;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.WorkerTarget;
import java.time.Duration;
import java.time.Instant;

/** Fills in orders. */
final class OrderForm {
  /**
   * How long an order can be carried out by a controller that was away: half an hour. A hold stays
   * in force after that, and long before that the lease has ended whatever ran there.
   */
  static final Duration VALID_FOR = Duration.ofMinutes(30);

  /** How long a question is worth an answer: half a minute. */
  static final Duration QUESTION_VALID_FOR = Duration.ofSeconds(30);

  private OrderForm() {}

  /** A kill as planned. */
  static Order kill(
      String id, KillPlan plan, String reason, String person, Instant now, boolean dryRun) {
    return new Order(
        Order.VERSION,
        id,
        OrderKind.KILL,
        plan.scope(),
        plan.inFlight(),
        plan.backlog(),
        plan.then(),
        plan.grace().toMillis(),
        reason,
        person,
        now,
        now.plus(validFor(OrderKind.KILL, dryRun)),
        dryRun);
  }

  /**
   * The same order about the processes that were shown: what has taken the place of one of them is
   * not meant. Tasks keep their id over all attempts, so nobody else can be hit there.
   *
   * @param roster who was there when it was shown
   */
  static Order fenced(Order order, Roster roster) {
    var scope = order.scope();
    var fenced =
        scope.workers().stream()
            .map(worker ->
                worker.incarnation() != null
                    ? worker
                    : new WorkerTarget(worker.id(), roster.incarnation(worker.id())))
            .toList();
    return with(
        order,
        new Scope(
            scope.all(),
            scope.controllers(),
            scope.queues(),
            scope.batches(),
            scope.tasks(),
            fenced),
        order.issuedAt(),
        order.expiresAt());
  }

  /** The same order, issued now. */
  static Order issuedAt(Order order, Instant now) {
    return with(order, order.scope(), now, now.plus(validFor(order.kind(), order.dryRun())));
  }

  private static Order with(Order order, Scope scope, Instant issuedAt, Instant expiresAt) {
    return new Order(
        order.version(),
        order.id(),
        order.kind(),
        scope,
        order.inFlight(),
        order.backlog(),
        order.then(),
        order.graceMillis(),
        order.reason(),
        order.issuedBy(),
        issuedAt,
        expiresAt,
        order.dryRun());
  }

  /** Any order that is no kill. */
  static Order of(
      OrderKind kind,
      String id,
      Scope scope,
      String reason,
      String person,
      Instant now,
      boolean dryRun) {
    return new Order(
        Order.VERSION,
        id,
        kind,
        scope,
        null,
        Backlog.KEEP,
        null,
        0,
        reason,
        person,
        now,
        now.plus(validFor(kind, dryRun)),
        dryRun);
  }

  /** A roll-call of everybody. */
  static Order rollCall(String person, Instant now) {
    return of(OrderKind.ROLL_CALL, Uuid7.next(), Scope.ALL, "", person, now, false);
  }

  private static Duration validFor(OrderKind kind, boolean dryRun) {
    return dryRun || kind == OrderKind.ROLL_CALL ? QUESTION_VALID_FOR : VALID_FOR;
  }
}
