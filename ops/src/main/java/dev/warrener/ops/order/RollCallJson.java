package dev.warrener.ops.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report.Expected;
import dev.warrener.messaging.report.Report.TaskSettled;
import dev.warrener.messaging.report.Report.WorkerDead;
import dev.warrener.messaging.report.Report.WorkerUnconfirmed;
import dev.warrener.operator.rollcall.ControllerAnswer;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.rollcall.Verdict;
import dev.warrener.ops.invocation.ExitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A roll-call as JSON: the order as it was sent, what is expected and done, every controller's
 * answer with its certificates and fates word for word, and the exit status. Fields are added,
 * never renamed.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RollCallJson(
    int version,
    String type,
    Order order,
    String state,
    int exitStatus,
    List<String> problems,
    Instant sentAt,
    Instant deadline,
    Counts expected,
    Counts done,
    List<ControllerJson> controllers,
    @Nullable List<GhostJson> ghosts) {

  /** The numbers of controllers, workers and tasks. */
  record Counts(int controllers, int workers, int tasks) {}

  /** A controller that has been silent for so long that nobody waited for it. */
  record GhostJson(String controller, String host, Instant lastSeen) {
    static GhostJson of(KnownController known) {
      return new GhostJson(known.id(), known.host(), known.lastSeen());
    }
  }

  /** One controller: one object of JSON, in parts that each say where they come from. */
  record ControllerJson(
      @JsonUnwrapped AnswerJson answer,
      @JsonUnwrapped @Nullable PresenceJson presence,
      @JsonUnwrapped ResultJson result,
      @JsonUnwrapped DoubtsJson doubts) {

    static ControllerJson of(ControllerAnswer row) {
      var known = row.known();
      return new ControllerJson(
          AnswerJson.of(row),
          known == null ? null : new PresenceJson(known.lastSeen(), known.leaseEndsAt()),
          ResultJson.of(row),
          DoubtsJson.of(row));
    }
  }

  /** Which controller it is, and how far its answer is. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AnswerJson(
      String controller,
      String host,
      String standing,
      Expected expected,
      @Nullable Long heardMillis,
      @Nullable ControllerState state,
      @Nullable Long tookMicros) {

    static AnswerJson of(ControllerAnswer row) {
      var heardAfter = row.heardAfter();
      var took = row.took();
      return new AnswerJson(
          row.controller(),
          row.host(),
          row.answerState().word(),
          row.expected(),
          heardAfter == null ? null : heardAfter.toMillis(),
          row.state(),
          took == null ? null : toMicros(took));
    }

    private static long toMicros(Duration duration) {
      return duration.toNanos() / 1000;
    }
  }

  /** What the controller's newest presence says. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PresenceJson(Instant lastSeen, @Nullable Instant leaseEndsAt) {}

  /** What the controller has done, word for word. */
  record ResultJson(
      List<WorkerDead> workers,
      List<WorkerUnconfirmed> unconfirmed,
      Map<Fate, Integer> fates,
      List<TaskSettled> tasks,
      long backlog,
      List<String> failed,
      List<String> notes) {

    static ResultJson of(ControllerAnswer row) {
      return new ResultJson(
          row.certificates(),
          row.unconfirmed(),
          row.fates(),
          row.settled(),
          row.backlog(),
          row.failed(),
          row.notes());
    }
  }

  /** Why the controller's answer is not as good as another's. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DoubtsJson(
      @Nullable String unproven,
      @Nullable String because,
      @Nullable List<String> claimedBy,
      @Nullable List<String> disbelieved) {

    static DoubtsJson of(ControllerAnswer row) {
      return new DoubtsJson(
          row.unproven(),
          row.because(),
          row.claimants().isEmpty() ? null : row.claimants(),
          row.disbelieved().isEmpty() ? null : row.disbelieved());
    }
  }

  static RollCallJson of(RollCall call, Verdict verdict) {
    var totals = Totals.of(call);
    return new RollCallJson(
        1,
        call.order().kind().wire() + ".finished",
        call.order(),
        call.order().dryRun() && verdict.isConfirmed() ? "answered" : verdict.state().wire(),
        ExitStatus.of(verdict).code(),
        verdict.sentences(),
        call.deadlines().sentAt(),
        call.deadlines().doneBy(),
        new Counts(totals.controllers(), totals.workers(), totals.tasks()),
        new Counts(totals.confirmed(), totals.dead(), totals.settled()),
        call.rows().stream().map(ControllerJson::of).toList(),
        call.ghosts().isEmpty() ? null : call.ghosts().stream().map(GhostJson::of).toList());
  }
}
