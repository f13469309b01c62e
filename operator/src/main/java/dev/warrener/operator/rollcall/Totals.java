package dev.warrener.operator.rollcall;

/**
 * The sums of a roll-call's rows.
 *
 * @param controllers the number of controllers that are expected
 * @param confirmed the number of controllers that are done
 * @param workers the number of workers in scope, as far as controllers have answered
 * @param dead the number of workers that are proven dead
 * @param tasks the number of tasks that were running in scope, as far as controllers have answered
 * @param settled the number of those tasks that have a fate
 * @param backlog the number of waiting tasks that met a fate
 */
public record Totals(
    int controllers, int confirmed, int workers, int dead, int tasks, int settled, long backlog) {

  /** Returns the totals of a roll-call as it stands. */
  public static Totals of(RollCall call) {
    int controllers = call.unnamed();
    int confirmed = 0;
    int workers = 0;
    int dead = 0;
    int tasks = 0;
    int settled = 0;
    long backlog = 0;
    for (ControllerAnswer row : call.rows()) {
      if (row.expectedHere()) {
        controllers++;
        boolean hasAnswered = call.isOnlyAsked() && row.answerState() == AnswerState.WORKING;
        if (row.answerState() == AnswerState.DONE || hasAnswered) {
          confirmed++;
        }
      }
      int accounted = row.deadCount() + row.unconfirmed().size();
      boolean isFinal = row.answerState().isFinal() && !call.isOnlyAsked();
      workers += isFinal ? accounted : Math.max(accounted, row.expected().workers());
      dead += row.deadCount();
      tasks += isFinal ? row.settledCount() : Math.max(row.settledCount(), row.expected().tasks());
      settled += row.settledCount();
      backlog += row.backlog();
    }
    return new Totals(controllers, confirmed, workers, dead, tasks, settled, backlog);
  }
}
