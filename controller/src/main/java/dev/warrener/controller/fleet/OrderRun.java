package dev.warrener.controller.fleet;

import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Fate;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * An order on its way through this controller.
 *
 * @param heard the order
 * @param stage how far it is; {@link Stage#DONE} is terminal
 * @param startedNanos when it arrived
 * @param said how many reports have been made about it
 * @param targets the workers in scope when it arrived
 * @param awaited those of them whose trees are not empty yet
 * @param doomed the runs whose fate it decides
 * @param pending the tokens of what it waits for in this stage
 * @param workers how many workers were proven dead
 * @param tasks how many in-flight tasks were settled
 * @param backlog how many waiting tasks were dropped or moved
 * @param failed what could not be done, and why
 */
record OrderRun(
    HeardOrder heard,
    Stage stage,
    long startedNanos,
    long said,
    MapPSet<WorkerKey> targets,
    MapPSet<WorkerKey> awaited,
    PVector<Doomed> doomed,
    MapPSet<Long> pending,
    int workers,
    int tasks,
    long backlog,
    PVector<String> failed) {

  /** How far an order is. */
  enum Stage {
    /** Trees are not empty yet; of a drain: runs have not ended yet. */
    KILLING,
    /** The fates of runs are being settled. */
    SETTLING,
    /** The broker is to show that it took the settlements. */
    PROVING,
    /** The waiting tasks in scope are being dealt with. */
    BACKLOG,
    /** All of it is over and was reported. */
    DONE
  }

  /**
   * A run that was in flight when its worker was killed.
   *
   * @param settled false if its fate could not be carried out
   */
  record Doomed(Run run, String queue, WorkerKey worker, Fate fate, boolean settled) {
    Doomed unsettled() {
      return new Doomed(run, queue, worker, fate, false);
    }
  }

  static OrderRun started(HeardOrder heard, long nanos) {
    return new OrderRun(
        heard,
        Stage.KILLING,
        nanos,
        0,
        HashTreePSet.empty(),
        HashTreePSet.empty(),
        TreePVector.empty(),
        HashTreePSet.empty(),
        0,
        0,
        0,
        TreePVector.empty());
  }

  Order order() {
    return heard.order();
  }

  boolean isOver() {
    return stage == Stage.DONE;
  }

  OrderRun at(Stage next) {
    return new OrderRun(
        heard,
        next,
        startedNanos,
        said,
        targets,
        awaited,
        doomed,
        pending,
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun saidOneMore() {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said + 1,
        targets,
        awaited,
        doomed,
        pending,
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun awaiting(WorkerKey worker) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets.plus(worker),
        awaited.plus(worker),
        doomed,
        pending,
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun dead(WorkerKey worker) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited.minus(worker),
        doomed,
        pending,
        workers + 1,
        tasks,
        backlog,
        failed);
  }

  OrderRun givenUp(WorkerKey worker) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited.minus(worker),
        doomed,
        pending,
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun dooming(Doomed one) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited,
        doomed.plus(one),
        pending,
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun withDoomed(PVector<Doomed> all) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited,
        all,
        pending,
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun waitingFor(long token) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited,
        doomed,
        pending.plus(token),
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun notWaitingFor(long token) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited,
        doomed,
        pending.minus(token),
        workers,
        tasks,
        backlog,
        failed);
  }

  OrderRun settledOne() {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited,
        doomed,
        pending,
        workers,
        tasks + 1,
        backlog,
        failed);
  }

  OrderRun plusBacklog(long count) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited,
        doomed,
        pending,
        workers,
        tasks,
        backlog + count,
        failed);
  }

  OrderRun failing(String what) {
    return new OrderRun(
        heard,
        stage,
        startedNanos,
        said,
        targets,
        awaited,
        doomed,
        pending,
        workers,
        tasks,
        backlog,
        failed.plus(what));
  }
}
