package dev.warrener.ops.order;

import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.ShortIds;
import dev.warrener.ops.screen.Style.Tone;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The tasks of an order's scope, some of which may be given by the beginnings of their ids. Such a
 * beginning has to mean one task that runs: what waits at the broker can't be looked at.
 *
 * @param scope as it was given
 * @param question the roll-call that asks the controllers what runs
 */
record TaskBeginnings(Scope scope, Order question) {
  static TaskBeginnings of(Scope scope, Invocation invocation) {
    return new TaskBeginnings(
        scope, OrderFactory.rollCall(invocation.person(), invocation.clock().instant()));
  }

  /** Returns the orders whose reports are wanted: the question, if it has to be asked. */
  List<String> orders(String... others) {
    var all = new ArrayList<>(List.of(others));
    if (areThere()) {
      all.add(question.id());
    }
    return all;
  }

  private boolean areThere() {
    return scope.tasks().stream().anyMatch(task -> ShortIds.mayBegin(task.id()));
  }

  /**
   * Returns the scope with whole ids, and says which task each beginning means.
   *
   * @throws CommandFailure if a beginning means several tasks, or may mean one that nobody has told
   *     of
   */
  Scope completed(FleetConnection connection, CommandContext context) throws InterruptedException {
    if (!areThere()) {
      return scope;
    }
    var call = new OrderCall(connection, context.clock());
    RollCall asked;
    try {
      asked = call.ask(question);
    } catch (BrokerBlockedException e) {
      throw new CommandFailure(
          ExitStatus.UNAVAILABLE,
          e.getMessage() + "; so no controller can be asked which tasks run: give whole ids",
          e);
    }
    var running = call.roster().tasks();
    long unheard = RollCallText.unanswered(asked);
    var targets = new ArrayList<TaskTarget>();
    for (var target : scope.tasks()) {
      var id = completed(target.id(), running, unheard);
      if (!id.equals(target.id())) {
        context.screen().insist(Tone.NORMAL, "--task " + target.id() + " is " + id);
      }
      targets.add(new TaskTarget(id, target.attempt()));
    }
    return new Scope(
        scope.all(),
        scope.controllers(),
        scope.queues(),
        scope.batches(),
        targets,
        scope.workers());
  }

  private static String completed(String given, SortedSet<String> running, long unheard) {
    if (running.contains(given) || !ShortIds.mayBegin(given)) {
      return given;
    }
    var begun = new TreeSet<String>();
    running.stream()
        .filter(id -> ShortIds.begins(given, id) && ShortIds.isMade(id))
        .forEach(begun::add);
    var id = ShortIds.only(given, begun, "running tasks");
    if (id == null && !ShortIds.isSurelyCut(given)) {
      return given;
    }
    if (id == null) {
      throw new CommandFailure(
          unheard > 0 ? ExitStatus.NO_ANSWER : ExitStatus.UNKNOWN_TARGET,
          "no running task begins with "
              + given
              + (unheard > 0 ? " at the controllers that answered" : "")
              + ": a task that waits has to be named by its whole id");
    }
    if (unheard > 0) {
      throw new CommandFailure(
          ExitStatus.NO_ANSWER,
          Phrases.count(unheard, "controller")
              + (unheard == 1 ? " has" : " have")
              + " not answered and may run another task that begins with "
              + given
              + ": give the whole id, such as "
              + id);
    }
    return id;
  }
}
