package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.Pending;

/** Settles deliveries whose copy or result was published, when the broker has answered. */
final class Publications {
  private final TaskOutcomes outcomes;
  private final TaskReports reports;
  private final KilledRuns killedRuns;

  Publications(TaskOutcomes outcomes, TaskReports reports, KilledRuns killedRuns) {
    this.outcomes = outcomes;
    this.reports = reports;
    this.killedRuns = killedRuns;
  }

  /** The broker has taken a copy or a result. */
  void published(Transition change, long token) {
    var request = change.broker.find(token);
    if (request == null) {
      return;
    }
    change.answered(token);
    switch (request) {
      case Pending.Copy copy -> {
        change.memory = change.memory.settled(copy.key(), copy.attempt());
        change.acknowledge(copy.delivery());
        killedRuns.copyTaken(change, copy, token);
      }
      case Pending.Result result -> change.acknowledge(result.delivery());
      case Pending.Proof _, Pending.LateProof _, Pending.Waiting _, Pending.Keeping _ -> {}
    }
  }

  /** The broker can't take a copy or a result. */
  void failed(Transition change, Event.PublishFailed failed) {
    var request = change.broker.find(failed.token());
    if (request == null) {
      return;
    }
    change.answered(failed.token());
    switch (request) {
      case Pending.Copy copy when copy.isPurged() && change.broker.isCurrent(copy.delivery()) -> {
        change.acknowledge(copy.delivery());
        var order = copy.order() == null ? null : change.orders.find(copy.order());
        if (copy.retried() != null && order != null) {
          reports.purged(change, copy.retried(), order.order());
        }
        killedRuns.copyPurged(change, copy, failed.token());
      }
      case Pending.Copy copy
          when failed.isHopeless() && change.broker.isCurrent(copy.delivery()) -> {
        long instead = outcomes.unpublishable(change, copy, failed.reason());
        if (instead == 0) {
          // Still owed: the rejection is lost if the connection is, and then the message comes
          // again.
          killedRuns.copyTaken(change, copy, failed.token());
        } else {
          killedRuns.copyReplaced(change, copy, failed.token(), instead);
        }
      }
      case Pending.Copy copy -> {
        change.log(
            true,
            "task "
                + copy.task()
                + " could not be moved to another queue ("
                + failed.reason()
                + "): it goes back to its queue");
        change.requeue(copy.delivery());
        killedRuns.copyFailed(change, copy, failed.token(), failed.reason());
      }
      // The work is done, so the task must not run again, whoever misses its result.
      case Pending.Result result -> {
        change.log(
            true,
            "the result of a task of queue "
                + result.delivery().queue()
                + " could not be delivered: "
                + failed.reason());
        change.acknowledge(result.delivery());
      }
      case Pending.Proof _, Pending.LateProof _, Pending.Waiting _, Pending.Keeping _ -> {}
    }
  }
}
