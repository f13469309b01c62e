package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Scope;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * What this controller has to remember by itself over a restart, because the broker's log of orders
 * does not have it: the holds that were given on this host or by the tripwire, with every later
 * statement that may lift them, and the tasks whose fate could not be carried out. Immutable.
 *
 * @param version of this form, 1
 * @param holds hold and resume statements, newest first
 * @param revoked what must not start any more, oldest first
 */
public record RetainedRestrictions(int version, List<Hold> holds, List<Revoked> revoked) {
  /** Nothing to remember. */
  public static final RetainedRestrictions NONE = new RetainedRestrictions(1, List.of(), List.of());

  /**
   * A statement.
   *
   * @param order the id of the order
   * @param scope what it is about
   * @param hold true to hold, false to resume
   * @param issuedAt when it was given
   * @param reason the order's
   * @param issuedBy the order's
   * @param keptHereAlone whether the broker's log does not have it
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
   * @param scope which tasks
   * @param fate what they meet when they come up
   * @param issuedAt when it was given
   * @param reason the order's
   * @param issuedBy the order's
   */
  public record Revoked(
      String order, Scope scope, Backlog fate, Instant issuedAt, String reason, String issuedBy) {}

  public RetainedRestrictions {
    if (version != 1) {
      throw new IllegalArgumentException("unknown version " + version + ": this one knows 1");
    }
    holds = List.copyOf(holds);
    revoked = List.copyOf(revoked);
  }

  /** Whether there is nothing to remember. */
  public boolean isEmpty() {
    return holds.isEmpty() && revoked.isEmpty();
  }

  public static RetainedRestrictions of(Holds holds, Revocations revocations) {
    var oldest =
        holds.statements().stream()
            .filter(Holds.Statement::keptHereAlone)
            .map(Holds.Statement::issuedAt)
            .min(Comparator.naturalOrder());
    // What is newer may lift it in part, and the broker's log forgets in the end.
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
    return new RetainedRestrictions(1, statements, revoked);
  }
}
