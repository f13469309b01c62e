package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.text.Printable;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at dead letters, one after another: which of them are meant, and which tasks an id means.
 * It keeps no bodies, and no more letters than can be shown. For one thread.
 */
final class DeadSurvey implements Consumer<DeadLetter> {
  /** At least eight characters of an id in the form that Warrener makes. */
  private static final Pattern BEGINNING =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?");

  private static final int ID_LENGTH = 36;

  /** How many different ids are remembered for suggestions, and of those that begin alike. */
  private static final int MOST_IDS = 1000;

  private final String queue;
  private final List<String> given;
  private final Predicate<DeadLetter> matches;
  private final int kept;
  private final List<DeadLetterJson> letters = new ArrayList<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, Set<String>> exact = new LinkedHashMap<>();
  private final Map<String, Set<String>> beginning = new LinkedHashMap<>();
  private final Set<String> others = new TreeSet<>();
  private long all;

  /**
   * Prepares a look.
   *
   * @param kept how many letters to keep, to be shown
   */
  DeadSurvey(DeadLetterOptions choice, Instant now, int kept) {
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
      } else if (isBeginning(one, id)) {
        var ids = beginning.computeIfAbsent(one, none -> new LinkedHashSet<>());
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

  private static boolean isBeginning(String given, String id) {
    return id.length() == ID_LENGTH && id.startsWith(given) && BEGINNING.matcher(given).matches();
  }

  /** Returns the ids of the tasks that are meant; null if all are. */
  private @Nullable Set<String> ids() {
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
      var begun = beginning.getOrDefault(one, Set.of());
      if (begun.size() > 1) {
        throw new CommandFailure(
            ExitStatus.UNKNOWN_TARGET,
            "the dead letters of "
                + begun.size()
                + " tasks of queue "
                + queue
                + " begin with "
                + one
                + ": give more of the id");
      }
      ids.addAll(begun);
    }
    return ids;
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
