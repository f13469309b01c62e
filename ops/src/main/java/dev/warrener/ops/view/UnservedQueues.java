package dev.warrener.ops.view;

import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The queues of tasks whose names are recorded at the broker, and that no controller that answered
 * serves. Their counts are in {@link Snapshot#queues}.
 *
 * @param names the queues that exist, and those of which this user may not know whether they do
 * @param left how many more recorded names were not looked up
 * @param unknown why the recorded names could not be read, as the end of a sentence; or null
 */
public record UnservedQueues(SortedSet<String> names, int left, @Nullable String unknown) {
  /** No such queue: all that are recorded are served, or no broker was asked. */
  static final UnservedQueues NONE =
      new UnservedQueues(Collections.emptySortedSet(), 0, null);

  public UnservedQueues {
    names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
  }

  /** Returns that nothing is known of such queues. */
  static UnservedQueues unknown(String because) {
    return new UnservedQueues(Collections.emptySortedSet(), 0, because);
  }

  /** Whether all such queues are known. */
  boolean areAllKnown() {
    return unknown == null && left == 0;
  }

  /** Returns what is not known of such queues; empty if they are all known. */
  public Optional<String> gap() {
    if (unknown != null) {
      return Optional.of("queues that nobody serves are not known: " + unknown);
    }
    return left == 0
        ? Optional.empty()
        : Optional.of(
            Phrases.count(left, "more recorded name") + " of queues that nobody serves, not shown");
  }

  /** Prints to stderr, in every format, what is not known of such queues. */
  void sayGap(Screen screen) {
    gap().ifPresent(sentence -> screen.insist(Tone.WARN, capitalized(sentence) + "."));
  }

  private static String capitalized(String sentence) {
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }

  /** Returns what the table of queues says of a queue that no controller which answered serves. */
  static Cell remark(@Nullable QueueDepth depth, Snapshot snapshot) {
    if (depth == null) {
      return Cell.of(nobody(snapshot) + ", if it is still there", Tone.WARN);
    }
    if (depth.consumers() > 0) {
      return Cell.of(
          "nobody that answered serves it; the broker counts "
              + Phrases.count(depth.consumers(), "consumer"),
          Tone.WARN);
    }
    boolean isEmpty = depth.waiting() + depth.retrying() == 0;
    return Cell.of(nobody(snapshot), isEmpty ? Tone.FAINT : Tone.WARN);
  }

  private static String nobody(Snapshot snapshot) {
    return snapshot.isComplete() ? "nobody serves it" : "nobody that answered serves it";
  }
}
