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
 * Where one controller stands with an order.
 *
 * @param controller its id
 * @param host the host that it runs on; empty if not known
 * @param standing whether it is silent, working, done, failed or has refused
 * @param expectedHere whether the verdict waits for it
 * @param heardAfter from the sending to its first answer; null if there was none
 * @param expected workers and tasks in scope there, as it reported when it received the order
 * @param certificates the certificates of workers whose trees are empty
 * @param unconfirmed the workers that are not proven dead
 * @param settled tasks with their fate
 * @param deadCount the number of dead workers: the number of certificates, or the controller's own
 *     count if certificates were missed
 * @param settledCount the number of settled tasks, by reports or by the controller's own count
 * @param backlog waiting tasks that met the order's fate; 0 until it is done
 * @param state what the controller did when it was done; null before
 * @param took from the order's arrival there to the end; null before
 * @param failed what could not be done; empty before the end, and if all was
 * @param notes what else it reported, though nothing failed
 * @param because why it refused; null if it did not
 * @param known what others know of it; null if they know nothing
 * @param claimants the broker users who claim to be it, if there are several: then nobody is
 *     believed. An empty name stands for somebody for whom the broker does not vouch
 * @param disbelieved the broker users who reported about it and are not it
 */
public record Row(
    String controller,
    String host,
    Standing standing,
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
    @Nullable String because,
    @Nullable Known known,
    List<String> claimants,
    List<String> disbelieved) {

  /** Returns how many tasks met which fate, without the fates that none met. */
  public Map<Fate, Integer> fates() {
    var fates = new EnumMap<Fate, Integer>(Fate.class);
    settled.forEach(task -> fates.merge(task.fate(), 1, Integer::sum));
    return fates;
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

  static Row of(
      String controller,
      boolean expectedHere,
      Answer answer,
      @Nullable Known known,
      List<String> claimants,
      List<String> disbelieved,
      Instant sentAt) {
    var done = answer.done();
    var refused = answer.refused();
    var firstAt = answer.firstAt();
    return new Row(
        controller,
        firstAt == null && known != null ? known.host() : answer.host(),
        answer.standing(),
        expectedHere,
        firstAt == null ? null : Duration.between(sentAt, firstAt),
        answer.expected(),
        answer.certificates(),
        List.copyOf(answer.unconfirmed().values()),
        List.copyOf(answer.settled().values()),
        Math.max(answer.dead().size(), done == null ? 0 : done.workers()),
        Math.max(answer.settled().size(), done == null ? 0 : done.tasks()),
        done == null ? 0 : done.backlog(),
        done == null ? null : done.state(),
        done == null ? null : Duration.ofNanos(done.tookMicros() * 1000),
        done == null ? List.of() : done.failed(),
        done == null || done.notes() == null ? List.of() : done.notes(),
        refused == null || done != null ? null : refused.because(),
        known,
        claimants,
        disbelieved);
  }
}
