package dev.warrener.operator.order;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.operator.rollcall.Roster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Makes orders: fills in versions, ids and times. */
public final class OrderFactory {
  /**
   * The time in which a controller that was away may still carry out an order: half an hour. A hold
   * stays in force after that; and the lease has ended the workers of a cut-off controller long
   * before.
   */
  public static final Duration VALID_FOR = Duration.ofMinutes(30);

  /** The time in which a controller may still answer a question: half a minute. */
  static final Duration QUESTION_VALID_FOR = Duration.ofSeconds(30);

  private OrderFactory() {}

  /** Returns a kill as planned. */
  public static Order kill(
      String id, KillPlan plan, String reason, String person, Instant now, boolean dryRun) {
    return Order.builder(OrderKind.KILL, plan.scope())
        .id(id)
        .inFlight(plan.inFlight())
        .backlog(plan.backlog())
        .then(plan.then())
        .graceMillis(plan.grace().toMillis())
        .reason(reason)
        .issuedBy(person)
        .issuedAt(now)
        .expiresAt(now.plus(validFor(OrderKind.KILL, dryRun)))
        .dryRun(dryRun)
        .build();
  }

  /**
   * Returns an order with the incarnation of each worker that it names, so that it can't hit a
   * process that has replaced the one that was shown. Tasks need no such fence: they keep their id
   * over all attempts.
   *
   * @param roster the controllers as they were shown
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
    return order.toBuilder()
        .scope(
            new Scope(
                scope.all(),
                scope.controllers(),
                scope.queues(),
                scope.batches(),
                scope.tasks(),
                fenced))
        .build();
  }

  /**
   * Returns the record of a kill in whose place the tripwire was pulled: a dry run, because nobody
   * is to do it again when the alarm is over, with an id of its own. It names this host, too.
   */
  static Order pulled(Order kill, Instant now) {
    var person = kill.issuedBy();
    var host = host();
    return kill.toBuilder()
        .id(Uuid7.next())
        .issuedBy(person.isEmpty() || host.isEmpty() ? person : person + "@" + host)
        .issuedAt(now)
        .expiresAt(now.plus(VALID_FOR))
        .dryRun(true)
        .build();
  }

  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      // Not Linux: the record names the person alone.
      return "";
    }
  }

  /** Returns a copy that is issued now. */
  static Order issuedAt(Order order, Instant now) {
    return order.toBuilder()
        .issuedAt(now)
        .expiresAt(now.plus(validFor(order.kind(), order.dryRun())))
        .build();
  }

  /** Returns any order but a kill. */
  public static Order of(
      OrderKind kind,
      String id,
      Scope scope,
      String reason,
      String person,
      Instant now,
      boolean dryRun) {
    return Order.builder(kind, scope)
        .id(id)
        .reason(reason)
        .issuedBy(person)
        .issuedAt(now)
        .expiresAt(now.plus(validFor(kind, dryRun)))
        .dryRun(dryRun)
        .build();
  }

  /** Returns a roll-call of the whole fleet. */
  public static Order rollCall(String person, Instant now) {
    return of(OrderKind.ROLL_CALL, Uuid7.next(), Scope.ALL, "", person, now, false);
  }

  private static Duration validFor(OrderKind kind, boolean dryRun) {
    return dryRun || kind == OrderKind.ROLL_CALL ? QUESTION_VALID_FOR : VALID_FOR;
  }
}
