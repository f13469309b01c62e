package dev.warrener.ops.command;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.ops.rollcall.Known;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everybody that is known, by what they said of themselves and what the others say of them.
 *
 * @param presences of those who answered, by id
 * @param known everybody, by id
 */
record Roster(SortedMap<String, Presence> presences, SortedMap<String, Known> known) {

  /** Nobody. */
  static Roster empty() {
    return new Roster(new TreeMap<>(), new TreeMap<>());
  }

  /** Takes in an answer to a roll-call. */
  void add(ControllerHeard heard, Instant at) {
    heard.roster().forEach(entry -> merge(Known.of(entry)));
    var presence = heard.presence();
    if (presence != null) {
      add(presence, at);
    } else {
      merge(new Known(heard.controller(), heard.host(), at, RosterState.LIVE, null));
    }
  }

  /** Takes in a presence. */
  void add(Presence presence, Instant at) {
    presences.put(presence.id(), presence);
    merge(Known.of(presence, at));
  }

  /** Takes in that somebody is there. */
  void expect(Known one) {
    merge(one);
  }

  private void merge(Known one) {
    known.merge(
        one.id(), one, (old, fresh) -> fresh.lastSeen().isBefore(old.lastSeen()) ? old : fresh);
  }

  /** Those who are expected and did not answer. */
  List<Known> silent() {
    return known.values().stream()
        .filter(one -> one.state() != RosterState.LEFT && !presences.containsKey(one.id()))
        .toList();
  }

  /** The queues that anybody serves. */
  SortedSet<String> queues() {
    var names = new TreeSet<String>();
    presences.values().forEach(p -> p.queues().forEach(queue -> names.add(queue.name())));
    return names;
  }

  /** How many tasks of a queue controllers hold, whether they run or not. */
  long held(String queue) {
    return presences.values().stream()
        .flatMap(presence -> presence.queues().stream())
        .filter(served -> served.name().equals(queue))
        .mapToLong(served -> served.waiting() + served.running())
        .sum();
  }

  /** The ids of the workers that there are. */
  SortedSet<String> workers() {
    var ids = new TreeSet<String>();
    presences
        .values()
        .forEach(p -> p.workers().forEach(worker -> ids.add(p.id() + "/" + worker.slot())));
    return ids;
  }

  /** Which process of a worker lives, or null if none does or nobody has said. */
  @Nullable Long incarnation(String id) {
    for (var presence : presences.values()) {
      for (var worker : presence.workers()) {
        if (worker.pid() != null && id.equals(presence.id() + "/" + worker.slot())) {
          return worker.incarnation();
        }
      }
    }
    return null;
  }

  /** The tasks that run now. */
  SortedSet<String> tasks() {
    var ids = new TreeSet<String>();
    for (var presence : presences.values()) {
      for (var worker : presence.workers()) {
        var task = worker.task();
        if (task != null) {
          ids.add(task);
        }
      }
    }
    return ids;
  }

  /** The batches of which a task runs now. */
  SortedSet<String> batches() {
    var names = new TreeSet<String>();
    for (var presence : presences.values()) {
      for (var worker : presence.workers()) {
        var batch = worker.batch();
        if (batch != null) {
          names.add(batch);
        }
      }
    }
    return names;
  }

  /**
   * A sentence for each place in {@code scope} that nobody knows: a typing error, most likely.
   * Tasks and batches may wait where no controller sees them, so they are not judged here.
   *
   * @param queueExists whether the broker has the queue, for those that nobody serves
   */
  List<String> unknownPlaces(Scope scope, Predicate<String> queueExists) {
    var sentences = new ArrayList<String>();
    for (var id : scope.controllers()) {
      if (!known.containsKey(id)) {
        sentences.add("no controller " + id + Failures.didYouMean(id, known.keySet()));
      }
    }
    for (var queue : scope.queues()) {
      if (!queues().contains(queue) && !queueExists.test(queue)) {
        sentences.add("no queue " + queue + Failures.didYouMean(queue, queues()));
      }
    }
    for (var worker : scope.workers()) {
      String controller = worker.id().substring(0, worker.id().lastIndexOf('/'));
      boolean mayExist = known.containsKey(controller) && !presences.containsKey(controller);
      if (!workers().contains(worker.id()) && !mayExist) {
        sentences.add("no worker " + worker.id() + Failures.didYouMean(worker.id(), workers()));
      }
    }
    return sentences;
  }

  /** What running tasks or batches look like those in {@code scope} that nobody runs. */
  String suggestions(Scope scope) {
    var hints = new StringBuilder();
    scope.tasks().stream()
        .map(TaskTarget::id)
        .filter(id -> !tasks().contains(id))
        .forEach(id -> hints.append(Failures.didYouMean(id, tasks())));
    scope.batches().stream()
        .filter(batch -> !batches().contains(batch))
        .forEach(batch -> hints.append(Failures.didYouMean(batch, batches())));
    return hints.toString();
  }
}
