package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.ops.invocation.Arguments;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ShortIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The options that choose dead letters. Written by picocli. */
final class DeadLetterOptions {
  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue that they come from.")
  private String queue = "";

  @Parameters(index = "1..*", paramLabel = "ID", description = "Only these tasks, as with --task.")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--task", paramLabel = "ID", description = "Only this task. Repeatable.")
  private List<String> tasks = new ArrayList<>();

  @Option(names = "--batch", paramLabel = "NAME", description = "Only of this batch.")
  private @Nullable String batch;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      converter = ReasonConverter.class,
      description =
          "Only dead letters with this reason: invalid, failed, timed-out, crashed, poison, killed,"
              + " expired.")
  private @Nullable DeadReason reason;

  @Option(
      names = "--order",
      paramLabel = "ID",
      description = "Only tasks that this order killed: the order's id, or the beginning of it.")
  private @Nullable String order;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Only dead letters of the last TIME, such as 2h.")
  private @Nullable Duration since;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "No more than the N oldest that match (default: list shows 100; requeue and purge take"
              + " all).")
  private @Nullable Integer limit;

  String queue() {
    return Arguments.requireQueue(queue);
  }

  /** Returns how many letters are wanted at most. */
  int limit(int usual) {
    return limit == null ? usual : Arguments.requirePositive("--limit", limit);
  }

  /** Whether any dead letter of the queue is meant. */
  boolean areAllMeant() {
    return ids().isEmpty() && batch == null && reason == null && order == null && since == null;
  }

  /** Returns the ids of tasks, as given. */
  List<String> ids() {
    var all = new ArrayList<>(tasks);
    all.addAll(ids);
    return all;
  }

  /** Returns the order's id, or its beginning, or null. */
  @Nullable String order() {
    return order;
  }

  /** Returns what a letter has to be, whatever its task's id. */
  Predicate<DeadLetter> matches(Instant now) {
    return letter -> {
      var mark = letter.mark();
      var at = mark.at();
      return (batch == null || batch.equals(DeadLetterJson.batch(letter)))
          && (reason == null || reason == mark.reason())
          && (order == null || isOf(order, mark.order()))
          && (since == null || (at != null && !at.isBefore(now.minus(since))));
    };
  }

  private static boolean isOf(String order, @Nullable String killer) {
    return killer != null && (killer.equals(order) || ShortIds.begins(order, killer));
  }

  /** Reads the reason's name. */
  static final class ReasonConverter implements ITypeConverter<DeadReason> {
    @Override
    public DeadReason convert(String text) {
      try {
        return DeadReason.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
