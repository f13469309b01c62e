package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Scope;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The restrictions that this controller itself keeps over a restart, because the broker's log of
 * orders does not have them. These are the holds that were given on this host or by the tripwire,
 * and the tasks whose fate could not be carried out, both with every later statement that may lift
 * them. The orders that were refused are kept, too: the log has them, and after a restart nothing
 * may be wrong with them any more. Immutable.
 *
 * @param version the version of this form, 1
 * @param holds the hold and resume statements, newest first
 * @param revoked the revocations, oldest first
 * @param refused the orders that were refused for good, oldest refusal first; null in a file of an
 *     earlier release
 * @param resumed the resumes that lift a part of these revocations, oldest first; null in a file of
 *     an earlier release
 */
public record RetainedRestrictions(
    int version,
    List<Hold> holds,
    List<Revoked> revoked,
    @Nullable List<Refused> refused,
    @Nullable List<Resumed> resumed) {
  /** No restrictions. */
  public static final RetainedRestrictions NONE =
      new RetainedRestrictions(1, List.of(), List.of(), List.of(), List.of());

  /**
   * A hold or resume statement.
   *
   * @param order the id of the order
   * @param scope the scope of the order
   * @param hold true to hold, false to resume
   * @param issuedAt when the order was given
   * @param reason the reason given with the order
   * @param issuedBy the operator who gave the order
   * @param keptHereAlone whether the broker's log does not have the statement
   */
  public record Hold(
      String order,
      Scope scope,
      boolean hold,
      Instant issuedAt,
      String reason,
      String issuedBy,
      boolean keptHereAlone) {}

  /**
   * A revocation.
   *
   * @param order the id of the order
   * @param scope the tasks
   * @param fate the fate of the tasks when they are delivered
   * @param issuedAt when the order was given
   * @param reason the reason given with the order
   * @param issuedBy the operator who gave the order
   */
  public record Revoked(
      String order, Scope scope, Backlog fate, Instant issuedAt, String reason, String issuedBy) {}

  /**
   * An order that was refused for good.
   *
   * @param order the id of the order
   * @param because the sentence of the refusal
   * @param issuedAt when the order was given
   * @param user the broker user who published it, if it was refused because of that user; null if
   *     it is refused whoever publishes it
   */
  public record Refused(String order, String because, Instant issuedAt, @Nullable String user) {}

  /**
   * A resume of a revoked task or batch.
   *
   * @param order the id of the order
   * @param task the task's id, or null for a whole batch
   * @param batch the batch, or null for a task of any batch
   * @param queue the only queue in which it is resumed, or null for all
   * @param issuedAt when the order was given
   * @param issuedBy the operator who gave the order
   * @param keptHereAlone whether the broker's log does not have the resume
   */
  public record Resumed(
      String order,
      @Nullable String task,
      @Nullable String batch,
      @Nullable String queue,
      Instant issuedAt,
      String issuedBy,
      boolean keptHereAlone) {}

  public RetainedRestrictions {
    if (version != 1) {
      throw new IllegalArgumentException("unknown version " + version + ": this one knows 1");
    }
    holds = List.copyOf(holds);
    revoked = List.copyOf(revoked);
    refused = refused == null ? List.of() : List.copyOf(refused);
    resumed = resumed == null ? List.of() : List.copyOf(resumed);
  }

  /** Whether there is nothing to keep. */
  public boolean isEmpty() {
    return holds.isEmpty() && revoked.isEmpty() && orRefused().isEmpty() && orResumed().isEmpty();
  }

  /** Returns the resumes that lift a part of the revocations. */
  public List<Resumed> orResumed() {
    return resumed == null ? List.of() : resumed;
  }

  /** Returns the orders that were refused for good. */
  public List<Refused> orRefused() {
    return refused == null ? List.of() : refused;
  }

  /** Returns the part of holds and revocations that this controller itself must keep. */
  public static RetainedRestrictions of(
      Holds holds, Revocations revocations, List<Refused> refused) {
    var oldest =
        holds.statements().stream()
            .filter(Holds.Statement::keptHereAlone)
            .map(Holds.Statement::issuedAt)
            .min(Comparator.naturalOrder());
    // A newer statement may lift an old one in part, and the broker's log forgets in the end.
    var statements =
        holds.statements().stream()
            .filter(statement -> oldest.isPresent() && !statement.issuedAt().isBefore(oldest.get()))
            .map(statement ->
                new Hold(
                    statement.order(),
                    statement.scope(),
                    statement.hold(),
                    statement.issuedAt(),
                    statement.reason(),
                    statement.issuedBy(),
                    statement.keptHereAlone()))
            .toList();
    var revoked =
        revocations
            .keptHereAlone()
            .map(one ->
                new Revoked(
                    one.order(),
                    one.scope(),
                    one.fate(),
                    one.issuedAt(),
                    one.reason(),
                    one.issuedBy()))
            .distinct()
            .sorted(
                Comparator.comparing(Revoked::issuedAt)
                    .thenComparing(Revoked::order)
                    .thenComparing(one -> one.scope().describe()))
            .toList();
    var resumed =
        revocations.resumedHereAlone().entrySet().stream()
            .map(entry ->
                new Resumed(
                    entry.getValue().order(),
                    entry.getKey().task(),
                    entry.getKey().batch(),
                    entry.getKey().queue(),
                    entry.getValue().issuedAt(),
                    entry.getValue().issuedBy(),
                    entry.getValue().keptHereAlone()))
            .sorted(
                Comparator.comparing(Resumed::issuedAt)
                    .thenComparing(Resumed::order)
                    .thenComparing(Resumed::toString))
            .toList();
    return new RetainedRestrictions(1, statements, revoked, refused, resumed);
  }
}
