package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.Report;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The reports about an order, by controller and by the broker user who published them. Immutable.
 *
 * <p>A report about a controller counts only if its publisher is that controller: the user who
 * publishes its presence. If nobody has told who that is, the only user who reports about the
 * controller is believed, and of several none. The empty user stands for reports for whose
 * publisher the broker does not vouch, such as those of an earlier release.
 */
record Answers(SortedMap<String, SortedMap<String, Answer>> byController) {
  static final Answers NONE = new Answers(Collections.emptySortedMap());

  /**
   * Returns the answers with one more report.
   *
   * @param isAboutKill whether the order kills
   */
  Answers with(Report report, @Nullable String userId, Instant at, boolean isAboutKill) {
    var user = Objects.requireNonNullElse(userId, "");
    var all = new TreeMap<>(byController);
    var ofController = new TreeMap<>(of(report.controller()));
    var answer = ofController.getOrDefault(user, Answer.NONE);
    ofController.put(user, answer.with(report, at, isAboutKill));
    all.put(report.controller(), ofController);
    return new Answers(all);
  }

  /** Whether a report is a copy of one that was counted already. */
  boolean knows(Report report, @Nullable String userId) {
    return of(report.controller())
        .getOrDefault(Objects.requireNonNullElse(userId, ""), Answer.NONE)
        .knows(report);
  }

  private SortedMap<String, Answer> of(String controller) {
    return byController.getOrDefault(controller, Collections.emptySortedMap());
  }

  /** Returns the controllers about which anybody has reported. */
  Set<String> controllers() {
    return byController.keySet();
  }

  /** Returns the users who claim to be a controller. */
  SortedSet<String> claimants(String controller, @Nullable KnownController known) {
    return known != null && !known.users().isEmpty()
        ? known.users()
        : new TreeSet<>(of(controller).keySet());
  }

  /** Returns the users who reported about a controller that they are not. */
  SortedSet<String> disbelieved(String controller, @Nullable KnownController known) {
    var users = new TreeSet<>(of(controller).keySet());
    users.removeAll(claimants(controller, known));
    return users;
  }

  /** Returns the reports of a controller itself; none while several users claim to be it. */
  Answer by(String controller, @Nullable KnownController known) {
    var claimants = claimants(controller, known);
    return claimants.size() == 1
        ? of(controller).getOrDefault(claimants.first(), Answer.NONE)
        : Answer.NONE;
  }

  /** Whether a controller itself has reported. */
  boolean has(String controller, @Nullable KnownController known) {
    return by(controller, known).firstAt() != null;
  }

  /** Returns the time of the last report that counts. */
  Optional<Instant> lastAt(Map<String, KnownController> known) {
    Instant last = null;
    for (var controller : controllers()) {
      var at = by(controller, known.get(controller)).lastAt();
      if (at != null && (last == null || at.isAfter(last))) {
        last = at;
      }
    }
    return Optional.ofNullable(last);
  }

  /** Returns the reports of all controllers, whoever is believed. */
  Collection<Answer> all() {
    return byController.values().stream().flatMap(users -> users.values().stream()).toList();
  }
}
