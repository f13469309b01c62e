package dev.warrener.ops.command;

import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.rollcall.Row;
import dev.warrener.ops.rollcall.Standing;

/**
 * What the rows of a roll-call add up to.
 *
 * @param controllers controllers that are expected
 * @param confirmed of them, those that are done
 * @param workers workers in scope, as far as anybody has said
 * @param dead of them, those that are proven dead
 * @param tasks tasks that were running in scope, as far as anybody has said
 * @param settled of them, those with a fate
 * @param backlog waiting tasks that met a fate
 */
record Totals(
    int controllers, int confirmed, int workers, int dead, int tasks, int settled, long backlog) {

  static Totals of(RollCall call) {
    int controllers = call.unnamed();
    int confirmed = 0;
    int workers = 0;
    int dead = 0;
    int tasks = 0;
    int settled = 0;
    long backlog = 0;
    for (Row row : call.rows()) {
      if (row.expectedHere()) {
        controllers++;
        boolean hasAnswered = call.isOnlyAsked() && row.standing() == Standing.HEARD;
        if (row.standing() == Standing.DONE || hasAnswered) {
          confirmed++;
        }
      }
      int accounted = row.deadCount() + row.unconfirmed().size();
      boolean isFinal = row.standing().isFinal() && !call.isOnlyAsked();
      workers += isFinal ? accounted : Math.max(accounted, row.expected().workers());
      dead += row.deadCount();
      tasks += isFinal ? row.settledCount() : Math.max(row.settledCount(), row.expected().tasks());
      settled += row.settledCount();
      backlog += row.backlog();
    }
    return new Totals(controllers, confirmed, workers, dead, tasks, settled, backlog);
  }
}
