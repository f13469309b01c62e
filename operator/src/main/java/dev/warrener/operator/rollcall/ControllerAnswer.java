package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report.Expected;
import dev.warrener.messaging.report.Report.TaskSettled;
import dev.warrener.messaging.report.Report.WorkerDead;
import dev.warrener.messaging.report.Report.WorkerUnconfirmed;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer of one controller to an order: a row of a roll-call.
 *
 * @param controller the controller's id
 * @param host the host that it runs on; empty if not known
 * @param answerState whether it is silent, working, done, failed or has refused
 * @param expectedHere whether the verdict waits for this controller
 * @param heardAfter the time from the sending of the order to the first answer; null if there was
 *     none
 * @param expected the workers and tasks in scope there, as reported when the order arrived
 * @param certificates the certificates of workers whose trees are empty
 * @param unconfirmed the workers that are not proven dead
 * @param settled the tasks with their fates
 * @param deadCount the number of dead workers: the number of certificates, or the controller's own
 *     count if certificates were missed
 * @param settledCount the number of settled tasks, by reports or by the controller's own count
 * @param backlog the number of waiting tasks that met a fate; 0 until the order is done
 * @param state the controller's state when the order was done; null before
 * @param took the time from the order's arrival there to its end; null before
 * @param failed a sentence for everything that could not be done; empty before the end
 * @param notes other sentences of the controller for people
 * @param unproven why deaths there are found and not proven, and what would change that; null
 *     before the end, and if the kernel proves them there
 * @param because why the controller refused the order; null if it did not
 * @param known the account of other controllers about this one; null if there is none
 * @param claimants the broker users who claim to be it, if there are several: then nobody is
 *     believed. An empty name stands for somebody for whom the broker does not vouch
 * @param disbelieved the broker users who reported about it and are not it
 */
public record ControllerAnswer(
    String controller,
    String host,
    AnswerState answerState,
    boolean expectedHere,
    @Nullable Duration heardAfter,
    Expected expected,
    List<WorkerDead> certificates,
    List<WorkerUnconfirmed> unconfirmed,
    List<TaskSettled> settled,
    int deadCount,
    int settledCount,
    long backlog,
    @Nullable ControllerState state,
    @Nullable Duration took,
    List<String> failed,
    List<String> notes,
    @Nullable String unproven,
    @Nullable String because,
    @Nullable KnownController known,
    List<String> claimants,
    List<String> disbelieved) {

  /** Returns the number of tasks for each fate that a task has met. */
  public Map<Fate, Integer> fates() {
    var fates = new EnumMap<Fate, Integer>(Fate.class);
    settled.forEach(task -> fates.merge(task.fate(), 1, Integer::sum));
    return fates;
  }

  /** Whether several users or programs claim to be it, so that no report about it is believed. */
  public boolean isContested() {
    return !claimants.isEmpty() || (known != null && known.isContested());
  }

  /** Whether the order had anything to do there, as far as the controller has reported. */
  public boolean isTouched() {
    return expected.workers() > 0
        || expected.tasks() > 0
        || deadCount > 0
        || !unconfirmed.isEmpty()
        || settledCount > 0
        || backlog > 0
        || !failed.isEmpty();
  }

  /** Returns the time between two clocks' instants; none if the later one's clock is behind. */
  private static Duration since(Instant start, Instant end) {
    return end.isBefore(start) ? Duration.ZERO : Duration.between(start, end);
  }

  static ControllerAnswer of(
      String controller,
      boolean expectedHere,
      Answer answer,
      @Nullable KnownController known,
      List<String> claimants,
      List<String> disbelieved,
      Instant sentAt) {
    var done = answer.done();
    var refused = answer.refused();
    var firstAt = answer.firstAt();
    return new ControllerAnswer(
        controller,
        firstAt == null && known != null ? known.host() : answer.host(),
        answer.answerState(),
        expectedHere,
        firstAt == null ? null : since(sentAt, firstAt),
        answer.expected(),
        answer.certificates(),
        List.copyOf(answer.unconfirmed().values()),
        List.copyOf(answer.settled().values()),
        Math.max(answer.dead().size(), done == null ? 0 : done.workers()),
        Math.max(answer.settled().size(), done == null ? 0 : done.tasks()),
        done == null ? 0 : done.backlog(),
        done == null ? null : done.state(),
        done == null ? null : Duration.ofNanos(done.tookMicros() * 1000),
        answer.failed(),
        done == null || done.notes() == null ? List.of() : done.notes(),
        done == null ? null : done.unproven(),
        refused == null || done != null ? null : refused.because(),
        known,
        claimants,
        disbelieved);
  }
}
