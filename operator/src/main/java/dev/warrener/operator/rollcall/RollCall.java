package dev.warrener.operator.rollcall;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.Verdict.State;
import dev.warrener.operator.text.Phrases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The account of one order: a fold over what is known of the fleet and the reports of controllers.
 * It gives a row for each controller and, at the end, a verdict. Immutable; each method that takes
 * something in returns the next account. All instants are of the reader's own clock, so a host with
 * a wrong clock changes nothing.
 *
 * <p>Three sources tell which controllers have to answer: presence and earlier orders, the roster
 * in every {@code controller.heard}, and the broker's count of consumers on the tripwire queue. The
 * count has no names, but it includes every connected controller.
 */
public final class RollCall {
  /** The time that a roll-call waits for reports that the last one has overtaken: half a second. */
  static final Duration STRAGGLERS = Duration.ofMillis(500);

  /** The wait for controllers to reconnect, if the log has the order: three seconds. */
  static final Duration RETURN = Duration.ofSeconds(3);

  private enum Listeners {
    SOME,
    NONE_NOW,
    NONE
  }

  private final Order order;
  private final Deadlines deadlines;
  private final int armed;
  private final Listeners listeners;
  private final int stillRunning;
  private final List<String> miscounts;
  private final SortedMap<String, KnownController> known;
  private final Answers answers;

  /**
   * When a roll-call ends although a controller is missing.
   *
   * @param sentAt when the order was sent
   * @param hearBy until when a controller must have answered
   * @param doneBy until when a controller that has answered must be done; not before {@code hearBy}
   */
  public record Deadlines(Instant sentAt, Instant hearBy, Instant doneBy) {
    public Deadlines {
      if (hearBy.isBefore(sentAt) || doneBy.isBefore(hearBy)) {
        throw new IllegalArgumentException(
            "deadlines out of order: sent "
                + sentAt
                + ", hear by "
                + hearBy
                + ", done by "
                + doneBy);
      }
    }
  }

  private RollCall(
      Order order,
      Deadlines deadlines,
      int armed,
      Listeners listeners,
      int stillRunning,
      List<String> miscounts,
      SortedMap<String, KnownController> known,
      Answers answers) {
    this.order = order;
    this.deadlines = deadlines;
    this.armed = armed;
    this.listeners = listeners;
    this.stillRunning = stillRunning;
    this.miscounts = List.copyOf(miscounts);
    this.known = known;
    this.answers = answers;
  }

  /** Opens the account of an order, before any controller can have answered it. */
  public static RollCall open(Order order, Deadlines deadlines) {
    return new RollCall(
        order,
        deadlines,
        0,
        Listeners.SOME,
        0,
        List.of(),
        Collections.emptySortedMap(),
        Answers.NONE);
  }

  /**
   * Takes in what is known of controllers. No account of a controller takes away what another one
   * has told, except what the controller tells of itself.
   */
  public RollCall knowing(Collection<KnownController> more) {
    var next = new TreeMap<>(known);
    more.forEach(one -> next.merge(one.id(), one, KnownController::and));
    return new RollCall(order, deadlines, armed, listeners, stillRunning, miscounts, next, answers);
  }

  /**
   * Takes in the broker's count of controllers on the tripwire queue when the order was sent; 0 if
   * the broker can't be asked.
   */
  public RollCall armed(int consumers) {
    return new RollCall(
        order, deadlines, consumers, listeners, stillRunning, miscounts, known, answers);
  }

  /**
   * Takes in that the broker returned the order because no controller's queue is bound.
   *
   * @param isKept whether the order is in the log, which a reconnecting controller reads first
   */
  public RollCall nobodyListens(boolean isKept) {
    var listeners = isKept ? Listeners.NONE_NOW : Listeners.NONE;
    return new RollCall(
        order, deadlines, armed, listeners, stillRunning, miscounts, known, answers);
  }

  /**
   * Takes in the broker's count of controllers that still run a worker process, after all have
   * confirmed an order that leaves none running. If it is not 0, a controller was overlooked.
   */
  public RollCall stillRunning(int controllers) {
    return new RollCall(order, deadlines, armed, listeners, controllers, miscounts, known, answers);
  }

  /**
   * Takes in why the broker's counts of controllers are wrong or could not be had, as the ends of
   * sentences: then they don't show that nobody is missing.
   */
  public RollCall miscounted(List<String> because) {
    var all = new ArrayList<>(miscounts);
    because.stream().filter(one -> !all.contains(one)).forEach(all::add);
    return new RollCall(order, deadlines, armed, listeners, stillRunning, all, known, answers);
  }

  /** Moves the time at which the roll-call ends although a controller is missing. */
  public RollCall until(Instant end) {
    var later = new Deadlines(deadlines.sentAt(), end, end);
    return new RollCall(order, later, armed, listeners, stillRunning, miscounts, known, answers);
  }

  /** Takes in a report for whose publisher nobody vouches. */
  public RollCall with(Report report, Instant at) {
    return with(report, null, at);
  }

  /**
   * Takes in a report that arrived at {@code at}. Reports about other orders change nothing.
   *
   * @param userId the broker user who published it, for whom the broker vouches; or null
   */
  public RollCall with(Report report, @Nullable String userId, Instant at) {
    if (knows(report, userId)) {
      return this;
    }
    boolean isAboutKill = order.kind() == OrderKind.KILL && !order.dryRun();
    var next = answers.with(report, userId, at, isAboutKill);
    var nextCall =
        new RollCall(order, deadlines, armed, listeners, stillRunning, miscounts, known, next);
    if (!(report instanceof ControllerHeard heard)) {
      return nextCall;
    }
    var more = new ArrayList<>(KnownController.ofRoster(heard, at, userId));
    var presence = heard.presence();
    if (presence != null) {
      more.add(KnownController.of(presence, at, userId));
    }
    return nextCall.knowing(more);
  }

  /** Whether {@code report} would change nothing, because it has been counted. */
  public boolean knows(Report report, @Nullable String userId) {
    return !report.order().equals(order.id()) || answers.knows(report, userId);
  }

  /** Whether the order is a question: a controller that has received it has answered it. */
  public boolean isOnlyAsked() {
    return order.dryRun() || order.kind() == OrderKind.ROLL_CALL;
  }

  /** Returns the order. */
  public Order order() {
    return order;
  }

  /** Returns when the roll-call ends although a controller is missing. */
  public Deadlines deadlines() {
    return deadlines;
  }

  /** Returns the time of the last report that counts; {@code otherwise} if there is none. */
  public Instant lastAt(Instant otherwise) {
    return answers.lastAt(known).orElse(otherwise);
  }

  /**
   * Returns a row for each controller that is expected or has answered: missing ones first, then
   * working ones, then those where something went wrong, then the rest; each group by name.
   */
  public List<ControllerAnswer> rows() {
    return Stream.concat(known.keySet().stream(), answers.controllers().stream())
        .distinct()
        .map(this::row)
        .filter(row -> row.expectedHere() || row.answerState() != AnswerState.SILENT)
        .sorted(Comparator.comparingInt(this::rank).thenComparing(ControllerAnswer::controller))
        .toList();
  }

  private int rank(ControllerAnswer row) {
    return switch (row.answerState()) {
      case SILENT -> 0;
      case WORKING -> isOnlyAsked() ? 3 : 1;
      case FAILED, REFUSED -> 2;
      case DONE -> 3;
    };
  }

  private ControllerAnswer row(String controller) {
    var one = known.get(controller);
    var claimants = answers.claimants(controller, one);
    return ControllerAnswer.of(
        controller,
        isExpected(controller),
        answers.by(controller, one),
        one,
        claimants.size() > 1 ? List.copyOf(claimants) : List.of(),
        List.copyOf(answers.disbelieved(controller, one)),
        deadlines.sentAt());
  }

  private boolean isExpected(String controller) {
    if (!order.scope().coversController(controller)) {
      return false;
    }
    var one = known.get(controller);
    return answers.has(controller, one) || (one == null ? claims(controller) : isAwaited(one));
  }

  /** Whether several users who are unknown otherwise report as one controller. */
  private boolean claims(String controller) {
    return answers.claimants(controller, null).size() > 1;
  }

  private static boolean isAwaited(KnownController one) {
    return one.state() != RosterState.LEFT && !one.isGhost();
  }

  /**
   * Returns the controllers that have been silent for so long that the roll-call does not wait for
   * them, by id: their hosts are gone, or somebody has made them up.
   */
  public List<KnownController> ghosts() {
    return known.values().stream()
        .filter(one -> one.isGhost() && order.scope().coversController(one.id()))
        .filter(one -> !answers.has(one.id(), one))
        .toList();
  }

  /**
   * Returns how many controllers the broker counts beyond those that are known by name or have
   * answered.
   */
  public int unnamed() {
    return isOfSome() ? 0 : uncounted();
  }

  /** Whether the order names the controllers that it is for. */
  private boolean isOfSome() {
    return !order.scope().controllers().isEmpty() || !order.scope().workers().isEmpty();
  }

  private int uncounted() {
    return (int) Math.max(0, armed - answered() - unanswering().size());
  }

  private long answered() {
    return answers.controllers().stream().filter(id -> answers.has(id, known.get(id))).count();
  }

  private List<KnownController> unanswering() {
    return known.values().stream()
        .filter(one -> isAwaited(one) && !answers.has(one.id(), one))
        .toList();
  }

  /** Whether no controller was listening when the order was sent. */
  public boolean reachedNobody() {
    return listeners != Listeners.SOME;
  }

  /** Whether nothing more is to be waited for. */
  public boolean isOver(Instant now) {
    if (!now.isBefore(deadlines.doneBy())) {
      return true;
    }
    if (mayReturn(now)) {
      return false;
    }
    boolean nobodyListens = listeners != Listeners.SOME;
    var expected = rows().stream().filter(ControllerAnswer::expectedHere).toList();
    boolean othersAreDone =
        expected.stream()
            .allMatch(row -> row.answerState() == AnswerState.SILENT || hasAnswered(row));
    if (!now.isBefore(deadlines.hearBy()) && othersAreDone) {
      return true;
    }
    if (expected.isEmpty()) {
      return nobodyListens;
    }
    return othersAreDone
        && (nobodyListens || (silent().isEmpty() && unnamed() == 0 && !awaitsUnknown()))
        && !awaitsStragglers(now);
  }

  /**
   * Whether controllers may come back: all have lost their connections at the same time, as when a
   * node of the broker dies.
   */
  private boolean mayReturn(Instant now) {
    return listeners == Listeners.NONE_NOW
        && !isOnlyAsked()
        && now.isBefore(deadlines.sentAt().plus(RETURN));
  }

  /**
   * Whether the order names a controller of which nobody has told, and the broker counts one that
   * has not answered.
   */
  private boolean awaitsUnknown() {
    return isOfSome()
        && uncounted() > 0
        && Stream.concat(
                order.scope().controllers().stream(),
                order.scope().workers().stream()
                    .map(worker -> worker.id().substring(0, worker.id().lastIndexOf('/'))))
            .anyMatch(id -> !known.containsKey(id) && !answers.has(id, null));
  }

  private boolean hasAnswered(ControllerAnswer row) {
    return row.answerState().isFinal()
        || (isOnlyAsked() && row.answerState() == AnswerState.WORKING);
  }

  private boolean awaitsStragglers(Instant now) {
    return answers.all().stream()
        .anyMatch(answer -> {
          var lastAt = answer.lastAt();
          return answer.hasGaps() && lastAt != null && now.isBefore(lastAt.plus(STRAGGLERS));
        });
  }

  private List<ControllerAnswer> silent() {
    return rows().stream()
        .filter(row -> row.expectedHere() && row.answerState() == AnswerState.SILENT)
        .toList();
  }

  /** Returns the verdict. Before the roll-call is over, it is the verdict if it ended now. */
  public Verdict verdict(Instant now) {
    var rows = rows();
    var missing = new ArrayList<String>();
    var wrong = new ArrayList<String>();
    for (var row : rows) {
      if (!row.claimants().isEmpty()) {
        missing.add(Sentences.contest(row));
        continue;
      }
      var one = row.known();
      if (one != null && one.isTwin()) {
        missing.add(Sentences.twins(one));
      }
      switch (row.answerState()) {
        case SILENT -> missing.add(Sentences.silence(row, order.kind(), now));
        case WORKING -> {
          if (row.expectedHere() && !hasAnswered(row)) {
            missing.add(
                row.controller()
                    + " has the order and is not done: "
                    + row.certificates().size()
                    + " of "
                    + Phrases.count(row.expected().workers(), "worker")
                    + " dead.");
          }
        }
        case FAILED -> wrong.addAll(Sentences.failures(row));
        case REFUSED -> wrong.add(row.controller() + " refused: " + row.because());
        case DONE -> {}
      }
    }
    if (unnamed() > 0) {
      missing.add(
          "The broker counts "
              + Phrases.count(unnamed(), "more controller")
              + ", unknown by name, that did not answer.");
    }
    if (!isOfSome()) {
      SplitCluster.sentence(unanswering(), answered(), armed, now).ifPresent(missing::add);
      miscounts.forEach(because ->
          missing.add(
              "The broker's count of controllers is wrong or missing, so it does not show whether"
                  + " one is missing: "
                  + because
                  + "."));
    }
    if (rows.stream().noneMatch(ControllerAnswer::expectedHere)) {
      missing.add(
          listeners != Listeners.SOME
              ? "No controller is listening on this broker."
              : "No controller has answered.");
    }
    if (stillRunning > 0) {
      missing.add(
          "The broker counts "
              + Phrases.count(stillRunning, "controller")
              + " that still "
              + (stillRunning == 1 ? "runs" : "run")
              + " a worker process.");
    }
    if (!missing.isEmpty()) {
      missing.addAll(wrong);
      return new Verdict(State.PARTIAL, missing);
    }
    if (!wrong.isEmpty()) {
      return new Verdict(State.FAILED, wrong);
    }
    var untouched = Sentences.untouchedTargets(order, rows);
    return untouched.isEmpty()
        ? new Verdict(State.CONFIRMED, List.of())
        : new Verdict(State.UNKNOWN_TARGET, untouched);
  }
}
