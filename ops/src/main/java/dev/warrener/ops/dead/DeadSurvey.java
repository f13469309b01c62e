package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.text.Printable;
import dev.warrener.ops.invocation.ShortIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks at dead letters, one after another: which of them are meant, and which tasks an id means.
 * It keeps no bodies, and no more letters than can be shown. For one thread.
 */
final class DeadSurvey implements Consumer<DeadLetter> {
  /** The most different ids that are remembered for suggestions, and of ids that begin alike. */
  private static final int MOST_IDS = 1000;

  private final DeadLetterOptions choice;
  private final String queue;
  private final List<String> given;
  private final Predicate<DeadLetter> matches;
  private final int kept;
  private final List<DeadLetterJson> letters = new ArrayList<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, Set<String>> exact = new LinkedHashMap<>();
  private final Map<String, SortedSet<String>> beginning = new LinkedHashMap<>();
  private final SortedSet<String> orders = new TreeSet<>();
  private final Set<String> others = new TreeSet<>();
  private long all;

  /**
   * Prepares a look.
   *
   * @param kept how many letters to keep, to be shown
   */
  DeadSurvey(DeadLetterOptions choice, Instant now, int kept) {
    this.choice = choice;
    this.queue = choice.queue();
    this.given = choice.ids();
    this.matches = choice.matches(now);
    this.kept = kept;
  }

  @Override
  public void accept(DeadLetter letter) {
    if (!matches.test(letter)) {
      return;
    }
    var order = letter.mark().order();
    if (order != null && orders.size() < MOST_IDS) {
      orders.add(order);
    }
    if (given.isEmpty()) {
      all++;
      keep(letter);
      return;
    }
    var id = DeadLetterJson.id(letter);
    boolean isNamed = false;
    for (var one : given) {
      if (Printable.names(one, id)) {
        exact.computeIfAbsent(one, none -> new LinkedHashSet<>()).add(id);
        isNamed = true;
      } else if (ShortIds.begins(one, id)) {
        var ids = beginning.computeIfAbsent(one, none -> new TreeSet<>());
        if (ids.size() < MOST_IDS) {
          ids.add(id);
        }
        isNamed = true;
      }
    }
    if (isNamed) {
      counts.merge(id, 1, Integer::sum);
      keep(letter);
    } else if (others.size() < MOST_IDS) {
      others.add(id);
    }
  }

  private void keep(DeadLetter letter) {
    if (letters.size() < kept) {
      letters.add(DeadLetterJson.of(letter));
    }
  }

  /** Returns the ids of the tasks that are meant; null if all are. */
  private @Nullable Set<String> ids() {
    requireOneOrder();
    if (given.isEmpty()) {
      return null;
    }
    var ids = new LinkedHashSet<String>();
    for (var one : given) {
      var named = exact.get(one);
      if (named != null) {
        ids.addAll(named);
        continue;
      }
      var begun = beginning.get(one);
      var only =
          begun == null
              ? null
              : ShortIds.only(one, begun, "tasks with dead letters of queue " + queue);
      if (only != null) {
        ids.add(only);
      }
    }
    return ids;
  }

  /** Refuses the beginning of an order's id with which the ids of several orders begin. */
  private void requireOneOrder() {
    var order = choice.order();
    if (order != null && !orders.contains(order)) {
      ShortIds.only(order, orders, "orders that killed tasks of queue " + queue);
    }
  }

  /** Returns how many letters are meant. */
  long count() {
    var ids = ids();
    return ids == null ? all : ids.stream().mapToLong(id -> counts.getOrDefault(id, 0)).sum();
  }

  /** Returns the oldest letters that are meant, as many as can be shown. */
  List<DeadLetterJson> letters(int limit) {
    var ids = ids();
    return letters.stream()
        .filter(letter -> ids == null || ids.contains(letter.task()))
        .limit(limit)
        .toList();
  }

  /** Returns the given ids of which there is no dead letter. */
  List<String> missing() {
    return given.stream()
        .filter(id -> !exact.containsKey(id) && !beginning.containsKey(id))
        .toList();
  }

  /** Returns the ids of other tasks, for suggestions. */
  Set<String> others() {
    return others;
  }

  /** Returns what chooses the same letters again, at most {@code limit} of them. */
  Predicate<DeadLetter> again(long limit) {
    var ids = ids();
    var left = new long[] {limit};
    return letter ->
        left[0] > 0
            && matches.test(letter)
            && (ids == null || ids.contains(DeadLetterJson.id(letter)))
            && left[0]-- > 0;
  }
}
