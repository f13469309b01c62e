package dev.warrener.operator.rollcall;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.Report.ControllerRefused;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.messaging.text.Suggestions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The controllers of a fleet, by their own answers and by what other controllers report of them.
 * Mutable; for one thread.
 *
 * @param presences the presences of controllers that answered, by id
 * @param known all controllers, by id
 * @param overheard the presences of controllers that published them without having answered, by id
 * @param refused why a question was refused in the name of a controller, by its id and by the
 *     broker user who reported that
 * @param reporters the broker users who reported about each controller, by id; an empty name stands
 *     for somebody for whom the broker does not vouch
 * @param clocks how far each controller's clock is ahead of this one, by id; negative if it is
 *     behind. Messages take time, so the largest difference that was measured is the nearest
 */
public record Roster(
    SortedMap<String, Presence> presences,
    SortedMap<String, KnownController> known,
    SortedMap<String, Presence> overheard,
    SortedMap<String, SortedMap<String, String>> refused,
    SortedMap<String, SortedSet<String>> reporters,
    SortedMap<String, Duration> clocks) {

  /**
   * The difference between this host's clock and the controllers' from which theirs is used: 2 s.
   */
  private static final Duration TRUSTED = Duration.ofSeconds(2);

  /** The time by which an order may be ahead of a controller's clock: just less than by default. */
  private static final Duration TOLERATED = Duration.ofSeconds(59);

  /** Returns a roster without any controller. */
  public static Roster empty() {
    return new Roster(
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  /**
   * Adds what a report about a question tells.
   *
   * @param userId the user who published it, for whom the broker vouches; or null
   */
  public void add(Report report, Instant at, @Nullable String userId) {
    measure(report.controller(), report.at(), at);
    var user = Objects.requireNonNullElse(userId, "");
    reporters.computeIfAbsent(report.controller(), none -> new TreeSet<>()).add(user);
    if (report instanceof ControllerHeard heard) {
      add(heard, at, userId);
    } else if (report instanceof ControllerRefused refusal) {
      refused
          .computeIfAbsent(refusal.controller(), none -> new TreeMap<>())
          .put(user, refusal.because());
      merge(new KnownController(refusal.controller(), refusal.host(), at, RosterState.LIVE, null));
    }
  }

  /**
   * Adds the presence of a controller that may not have answered.
   *
   * @param userId the user who published it, for whom the broker vouches; or null
   */
  public void overhear(Presence presence, Instant at, @Nullable String userId) {
    measure(presence.id(), presence.at(), at);
    overheard.put(presence.id(), presence);
    merge(KnownController.of(presence, at, userId));
  }

  /**
   * Takes the presences of controllers that have not answered for their answers, and returns the
   * ids of these controllers.
   */
  public SortedSet<String> believePresence() {
    var ids = new TreeSet<>(overheard.keySet());
    ids.removeAll(presences.keySet());
    ids.removeIf(id -> {
      var one = known.get(id);
      return one != null && one.state() == RosterState.LEFT;
    });
    ids.forEach(id -> presences.put(id, overheard.get(id)));
    return ids;
  }

  /** Forgets the presences that arrived before some time: who sent them may be frozen by now. */
  public void expire(Instant before) {
    presences
        .keySet()
        .removeIf(id -> {
          var one = known.get(id);
          return one != null && one.lastSeen().isBefore(before);
        });
  }

  private void measure(String controller, Instant theirs, Instant ours) {
    clocks.merge(
        controller,
        Duration.between(ours, theirs),
        (one, other) -> one.compareTo(other) < 0 ? other : one);
  }

  /**
   * Adds an answer to a roll-call, with the roster in it.
   *
   * @param userId the user who published it, for whom the broker vouches; or null
   */
  public void add(ControllerHeard heard, Instant at, @Nullable String userId) {
    KnownController.ofRoster(heard, at, userId).forEach(this::merge);
    var presence = heard.presence();
    if (presence != null) {
      add(presence, at, userId);
    } else {
      merge(new KnownController(heard.controller(), heard.host(), at, RosterState.LIVE, null));
    }
  }

  /**
   * Adds a presence.
   *
   * @param userId the user who published it, for whom the broker vouches; or null
   */
  public void add(Presence presence, Instant at, @Nullable String userId) {
    measure(presence.id(), presence.at(), at);
    presences.put(presence.id(), presence);
    merge(KnownController.of(presence, at, userId));
  }

  /**
   * Returns the time at which an order that is given now is issued, so that no single clock decides
   * whether it has an effect. It is the time of this host, unless most controllers disagree by more
   * than two seconds: then it is theirs. It is later than that of every order that is in force
   * there, as far as all controllers take an order of that time.
   *
   * @param now this host's time
   */
  public Instant timeOfIssue(Instant now) {
    if (clocks.isEmpty()) {
      return now;
    }
    var sorted = clocks.values().stream().sorted().toList();
    var median = sorted.get((sorted.size() - 1) / 2);
    var issued = median.abs().compareTo(TRUSTED) > 0 ? now.plus(median) : now;
    var latest = now.plus(sorted.get(0)).plus(TOLERATED);
    for (var presence : presences.values()) {
      var newest = presence.newestOrderAt();
      if (newest != null && !newest.isBefore(issued) && newest.isBefore(latest)) {
        issued = newest.plusMillis(1);
      }
    }
    return issued;
  }

  /** Adds a controller that is known to be there. */
  public void expect(KnownController one) {
    merge(one);
  }

  private void merge(KnownController one) {
    known.merge(one.id(), one, KnownController::or);
  }

  /** Returns the controllers that are expected and have not answered. */
  public List<KnownController> silent() {
    return known.values().stream()
        .filter(one -> one.state() != RosterState.LEFT && !presences.containsKey(one.id()))
        .filter(one -> !one.isGhost())
        .toList();
  }

  /** Returns the controllers that have been silent for so long that nobody waits for them. */
  public List<KnownController> ghosts() {
    return known.values().stream()
        .filter(one -> one.isGhost() && !presences.containsKey(one.id()))
        .toList();
  }

  /**
   * Returns the broker users who are a controller, by all that is known; the users who report about
   * it if nobody has published its presence. Empty if no broker vouches.
   */
  public SortedSet<String> users(String controller) {
    var one = known.get(controller);
    return one != null && !one.users().isEmpty()
        ? one.users()
        : reporters.getOrDefault(controller, Collections.emptySortedSet());
  }

  /** Returns why controllers refused a question, by id. Others can't refuse it in their name. */
  public SortedMap<String, String> refusals() {
    var own = new TreeMap<String, String>();
    refused.forEach((id, byUser) -> {
      var users = users(id);
      byUser.forEach((user, because) -> {
        if (users.contains(user)) {
          own.putIfAbsent(id, because);
        }
      });
    });
    return own;
  }

  /** Returns the broker users who report about a controller that they are not. */
  public SortedSet<String> strangers(String controller) {
    var users = new TreeSet<>(reporters.getOrDefault(controller, Collections.emptySortedSet()));
    users.removeAll(users(controller));
    return users;
  }

  /** Returns the controllers that several broker users claim to be. */
  public List<KnownController> contested() {
    return known.values().stream().filter(KnownController::isContested).toList();
  }

  /** Returns the queues that any controller serves. */
  public SortedSet<String> queues() {
    var names = new TreeSet<String>();
    presences.values().forEach(p -> p.queues().forEach(queue -> names.add(queue.name())));
    return names;
  }

  /** Returns how many tasks of a queue the controllers hold, running or not. */
  public long held(String queue) {
    return presences.values().stream()
        .flatMap(presence -> presence.queues().stream())
        .filter(served -> served.name().equals(queue))
        .mapToLong(served -> served.waiting() + served.running())
        .sum();
  }

  /** Returns the ids of all workers. */
  public SortedSet<String> workers() {
    var ids = new TreeSet<String>();
    presences
        .values()
        .forEach(p -> p.workers().forEach(worker -> ids.add(p.id() + "/" + worker.slot())));
    return ids;
  }

  /**
   * Returns the incarnation of a worker, also if its process is gone: the next one has another.
   * Null if the worker is unknown.
   */
  public @Nullable Long incarnation(String id) {
    for (var presence : presences.values()) {
      for (var worker : presence.workers()) {
        if (id.equals(presence.id() + "/" + worker.slot())) {
          return worker.incarnation();
        }
      }
    }
    return null;
  }

  /** Returns the ids of the tasks that run now. */
  public SortedSet<String> tasks() {
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

  /** Returns the batches of which a task runs now. */
  public SortedSet<String> batches() {
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
   * Returns a sentence for each place in {@code scope} that does not exist, most likely a typing
   * error. Tasks and batches are not checked: they may wait where no controller sees them.
   *
   * @param queueExists whether the broker has the queue, for queues that no controller serves
   */
  public List<String> unknownPlaces(Scope scope, Predicate<String> queueExists) {
    var sentences = new ArrayList<String>();
    for (var id : scope.controllers()) {
      if (!known.containsKey(id)) {
        sentences.add("no controller " + id + Suggestions.didYouMean(id, known.keySet()));
      }
    }
    for (var queue : scope.queues()) {
      if (!queues().contains(queue) && !queueExists.test(queue)) {
        sentences.add("no queue " + queue + Suggestions.didYouMean(queue, queues()));
      }
    }
    for (var worker : scope.workers()) {
      String controller = worker.id().substring(0, worker.id().lastIndexOf('/'));
      boolean mayExist = known.containsKey(controller) && !presences.containsKey(controller);
      if (!workers().contains(worker.id()) && !mayExist) {
        sentences.add("no worker " + worker.id() + Suggestions.didYouMean(worker.id(), workers()));
      }
    }
    return sentences;
  }

  /**
   * Returns suggestions for the tasks and batches in {@code scope} that do not run: running ones
   * with a similar name.
   */
  public String suggestions(Scope scope) {
    var hints = new StringBuilder();
    scope.tasks().stream()
        .map(TaskTarget::id)
        .filter(id -> !tasks().contains(id))
        .forEach(id -> hints.append(Suggestions.didYouMean(id, tasks())));
    scope.batches().stream()
        .filter(batch -> !batches().contains(batch))
        .forEach(batch -> hints.append(Suggestions.didYouMean(batch, batches())));
    return hints.toString();
  }
}
