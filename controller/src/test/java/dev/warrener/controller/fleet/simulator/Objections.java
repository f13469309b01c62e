package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is wrong with an order at one controller, by the contract and the controller's book. */
final class Objections {
  /** What is wrong with an order whose id another one had before. */
  static final String ANOTHER = "another order had its id";

  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  private final Book book;

  Objections(Book book) {
    this.book = book;
  }

  /** Whether the user who gave an order may give it. */
  boolean isByAnOperator(HeardOrder heard) {
    return heard.origin() == HeardOrder.Origin.LOCAL
        || (heard.userId() != null && book.settings.operators().contains(heard.userId()));
  }

  /** Why a live order must be refused here, or null. */
  @Nullable String wrong(HeardOrder heard, Instant now) {
    if (!isByAnOperator(heard)) {
      return "user";
    }
    var order = heard.order();
    if (book.refusals.has(heard)) {
      return "refused before";
    }
    if (isAnother(order)) {
      return ANOTHER;
    }
    if (!isQuestion(order) && order.isExpired(now)) {
      return "expired";
    }
    if (isAhead(order, now)) {
      return "from the future";
    }
    return contradicts(order, false) ? "contradiction" : missed(order);
  }

  private static boolean isQuestion(Order order) {
    return order.dryRun() || order.kind() == OrderKind.ROLL_CALL;
  }

  /** Whether an order was issued at a time that is too far ahead to be right. */
  boolean isAhead(Order order, Instant now) {
    if (isQuestion(order) || !order.issuedAt().isAfter(now.plus(TOLERANCE))) {
      return false;
    }
    // Right after one that is in force it is taken: the clock was set back in between.
    return book.counted.stream()
        .filter(Objections::says)
        .noneMatch(one -> !order.issuedAt().isAfter(one.issuedAt().plusSeconds(1)));
  }

  /** Whether an order says what may be done, until another one says something else. */
  private static boolean says(Order order) {
    return switch (order.kind()) {
      case HOLD, DRAIN, RESUME -> true;
      case KILL -> order.setsHold() || order.revocation() != Backlog.KEEP;
      case PURGE, ROLL_CALL -> false;
    };
  }

  /** Whether another order with its id counts here. */
  boolean isAnother(Order order) {
    var first = book.given(order.id());
    return first != null
        && (first.kind() != order.kind()
            || !first.scope().withoutFences().equals(order.scope().withoutFences())
            || first.inFlight() != order.inFlight()
            || first.backlog() != order.backlog()
            || first.then() != order.then()
            || first.graceMillis() != order.graceMillis()
            || first.dryRun() != order.dryRun());
  }

  /**
   * Whether an order wants what can't be: to drop the waiting tasks of workers or of a controller,
   * or to end a controller for a part of what it serves.
   */
  boolean contradicts(Order order, boolean atStart) {
    if (order.kind() != OrderKind.KILL) {
      return false;
    }
    var scope = order.scope();
    boolean singlesOut = !scope.batches().isEmpty() || !scope.tasks().isEmpty();
    boolean isWhole = scope.all() || !scope.queues().isEmpty();
    boolean keeps = order.backlog() == Backlog.KEEP;
    if (!keeps && (!scope.workers().isEmpty() || (!singlesOut && !isWhole))) {
      return true;
    }
    var here = book.settings.controller();
    return order.then() == Then.EXIT
        && !atStart
        && (scope.controllers().isEmpty() || scope.controllers().contains(here))
        && (scope.workers().isEmpty()
            || scope.workers().stream().anyMatch(one -> one.id().startsWith(here + "/")))
        && coversAQueue(scope)
        && !coversAllServed(scope);
  }

  private boolean coversAQueue(Scope scope) {
    return scope.queues().isEmpty()
        || book.settings.queues().stream().anyMatch(one -> scope.queues().contains(one.name()));
  }

  /** Whether a scope covers all that the controller serves. */
  boolean coversAllServed(Scope scope) {
    return scope.batches().isEmpty()
        && scope.tasks().isEmpty()
        && scope.workers().isEmpty()
        && (scope.controllers().isEmpty()
            || scope.controllers().contains(book.settings.controller()))
        && (scope.queues().isEmpty()
            || book.settings.queues().stream()
                .map(Settings.QueueSettings::name)
                .allMatch(scope.queues()::contains));
  }

  /** Whom of its targets an order names in an attempt or incarnation that is over, or null. */
  @Nullable String missed(Order order) {
    for (var target : order.scope().tasks()) {
      var missed = missed(target);
      if (missed != null) {
        return missed;
      }
    }
    var here = book.settings.controller();
    for (var target : order.scope().workers()) {
      if (target.incarnation() == null || !target.id().startsWith(here + "/")) {
        continue;
      }
      int slot = Integer.parseInt(target.id().substring(here.length() + 1));
      boolean exists =
          slot <= book.settings.queues().stream().mapToInt(Settings.QueueSettings::processes).sum();
      if (exists
          && (!target.incarnation().equals(book.newest.getOrDefault(slot, 0L))
              || order.issuedAt().isBefore(book.startedAtShown()))) {
        return target.id();
      }
    }
    return null;
  }

  private @Nullable String missed(TaskTarget target) {
    if (target.attempt() == null) {
      return null;
    }
    for (var worker : book.workers.values()) {
      if (!worker.dead && worker.task != null && worker.task.id().equals(target.id())) {
        return worker.task.attempt() == target.attempt() ? null : target.id();
      }
    }
    return book.ended.getOrDefault(target.id(), 0) >= target.attempt() ? target.id() : null;
  }
}
