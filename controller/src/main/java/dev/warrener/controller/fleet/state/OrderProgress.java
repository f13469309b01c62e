package dev.warrener.controller.fleet.state;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * An order on its way through this controller. Immutable.
 *
 * @param heard the order as it arrived
 * @param stage the stage that the order has reached; {@link Stage#DONE} is terminal
 * @param startedNanos when the order arrived
 * @param targets the workers in scope when the order arrived
 * @param awaited the targets whose trees are not empty yet
 * @param killedRuns the runs whose fate the order decides
 * @param pending the tokens of the requests that the order waits for in this stage
 * @param workers the number of workers proven dead
 * @param tasks the number of in-flight tasks that were settled
 * @param backlog the number of waiting tasks that were dropped or moved
 * @param failed the failures, each with its reason
 * @param notes facts that a person should know, though nothing failed
 * @param isImpatient whether the order no longer waits for a broker or a disk that does not answer
 * @param reports the reports that were made about the order, for whoever joins later
 * @param hasCome whether the order has come by a way on which it comes only once. When it comes
 *     again after that, somebody joins. An order that is broadcast is in the log as well
 * @param owed the deliveries of runs that were in flight on its workers and are not settled yet,
 *     whichever order decides their fate
 * @param touched the queues of all those deliveries
 * @param deferred the kills that wait until the worker can't begin another task
 * @param isCarriedOn whether a former run of this controller had begun the order
 */
public record OrderProgress(
    HeardOrder heard,
    Stage stage,
    long startedNanos,
    MapPSet<WorkerKey> targets,
    MapPSet<WorkerKey> awaited,
    PVector<KilledRun> killedRuns,
    MapPSet<Long> pending,
    int workers,
    int tasks,
    long backlog,
    PVector<String> failed,
    PVector<String> notes,
    boolean isImpatient,
    PVector<Report> reports,
    boolean hasCome,
    MapPSet<DeliveryKey> owed,
    MapPSet<String> touched,
    PVector<DeferredKill> deferred,
    boolean isCarriedOn) {

  /** The kill of a worker for one of its runs, which waits until nothing else can be hit. */
  public record DeferredKill(WorkerKey worker, String task, int attempt) {}

  /** The stages of an order. Orders that kill nothing pass through the same stages. */
  public enum Stage {
    /**
     * The order waits for something to stop: for process trees to be empty, for tasks that may not
     * start to come back, or, in a drain, for runs to end.
     */
    HALTING,
    /** The fates of killed runs are being settled. */
    SETTLING,
    /** The broker has been asked to show that it took the settlements. */
    PROVING,
    /** The waiting tasks in scope are being dropped or moved. */
    BACKLOG,
    /** All is over and was reported. */
    DONE
  }

  /** Returns the first state of an order that has arrived. */
  public static OrderProgress started(HeardOrder heard, long nanos) {
    return new OrderProgress(
        heard,
        Stage.HALTING,
        nanos,
        HashTreePSet.empty(),
        HashTreePSet.empty(),
        TreePVector.empty(),
        HashTreePSet.empty(),
        0,
        0,
        0,
        TreePVector.empty(),
        TreePVector.empty(),
        false,
        TreePVector.empty(),
        heard.origin() != HeardOrder.Origin.LOG,
        HashTreePSet.empty(),
        HashTreePSet.empty(),
        TreePVector.empty(),
        false);
  }

  /** Returns the order. */
  public Order order() {
    return heard.order();
  }

  /** Returns the id of the order. */
  public String id() {
    return heard.order().id();
  }

  /** Whether the order is done here. */
  public boolean isOver() {
    return stage == Stage.DONE;
  }

  /** Returns the number of the next report about the order. */
  public long nextReport() {
    return reports.size() + 1L;
  }

  /** Whether the stage is waiting for a worker or an answer. */
  public boolean isWaiting() {
    return !awaited.isEmpty() || !pending.isEmpty() || !deferred.isEmpty();
  }

  /** Returns the killed run of a task whose worker died too late, or null. */
  public @Nullable KilledRun late(TaskKey task, int attempt) {
    for (var killed : killedRuns) {
      if (killed.late() && killed.is(task) && killed.run().task().attempt() == attempt) {
        return killed;
      }
    }
    return null;
  }

  /** Returns a copy that has reached a stage. */
  public OrderProgress at(Stage next) {
    return with(draft -> draft.stage = next);
  }

  /** Returns a copy about which one more report was made. */
  public OrderProgress reporting(Report report) {
    return with(draft -> draft.reports = draft.reports.plus(report));
  }

  /** Returns a copy that waits for the death of one more worker. */
  public OrderProgress awaiting(WorkerKey worker) {
    return with(draft -> {
      draft.targets = draft.targets.plus(worker);
      draft.awaited = draft.awaited.plus(worker);
    });
  }

  /** Returns a copy that will kill a worker as soon as nothing else can be hit. */
  public OrderProgress deferring(DeferredKill kill) {
    return with(draft -> draft.deferred = draft.deferred.plus(kill));
  }

  /** Returns a copy without a deferred kill. */
  public OrderProgress notDeferring(DeferredKill kill) {
    return with(draft -> draft.deferred = draft.deferred.minus(kill));
  }

  /** Returns a copy for which one more worker is proven dead. */
  public OrderProgress dead(WorkerKey worker) {
    return with(draft -> {
      draft.awaited = draft.awaited.minus(worker);
      draft.workers++;
    });
  }

  /** Returns a copy that no longer waits for the death of a worker. */
  public OrderProgress givingUp(WorkerKey worker) {
    return with(draft -> draft.awaited = draft.awaited.minus(worker));
  }

  /** Returns a copy that decides the fate of one more run. */
  public OrderProgress plus(KilledRun killed) {
    return with(draft -> draft.killedRuns = draft.killedRuns.plus(killed));
  }

  /** Returns a copy with other states of its killed runs. */
  public OrderProgress with(PVector<KilledRun> all) {
    return with(draft -> draft.killedRuns = all);
  }

  /** Returns a copy without its killed runs. */
  public OrderProgress withoutRuns() {
    return with(TreePVector.empty());
  }

  /** Returns a copy in which the fate of a task could not be carried out. */
  public OrderProgress unsettled(TaskKey task) {
    var all = killedRuns;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).is(task)) {
        all = all.with(i, all.get(i).unsettled());
      }
    }
    return with(all);
  }

  /** Returns a copy that waits for the answer to a request. */
  public OrderProgress waitingFor(long token) {
    return with(draft -> draft.pending = draft.pending.plus(token));
  }

  /** Returns a copy that no longer waits for the answer to a request. */
  public OrderProgress notWaitingFor(long token) {
    return with(draft -> draft.pending = draft.pending.minus(token));
  }

  /** Returns a copy for which one more in-flight task was settled. */
  public OrderProgress plusTask() {
    return with(draft -> draft.tasks++);
  }

  /** Returns a copy for which more waiting tasks were dropped or moved. */
  public OrderProgress plusBacklog(long count) {
    return with(draft -> draft.backlog += count);
  }

  /** Returns a copy with one more failure. */
  public OrderProgress failing(String what) {
    return with(draft -> draft.failed = draft.failed.plus(what));
  }

  /** Returns a copy with one more note. */
  public OrderProgress noting(String what) {
    return with(draft -> draft.notes = draft.notes.plus(what));
  }

  /** Returns a copy that waits until a delivery is settled. */
  public OrderProgress owing(DeliveryKey delivery) {
    return with(draft -> {
      draft.owed = draft.owed.plus(delivery);
      draft.touched = draft.touched.plus(delivery.queue());
    });
  }

  /** Returns a copy that no longer waits until a delivery is settled. */
  public OrderProgress notOwing(DeliveryKey delivery) {
    return with(draft -> draft.owed = draft.owed.minus(delivery));
  }

  /** Returns a copy in which the broker has all deliveries of a queue back. */
  public OrderProgress handedBack(String queue) {
    var left = owed;
    for (var delivery : owed) {
      left = delivery.queue().equals(queue) ? left.minus(delivery) : left;
    }
    var runs = killedRuns;
    for (int i = 0; i < runs.size(); i++) {
      if (runs.get(i).queue().equals(queue)) {
        runs = runs.with(i, runs.get(i).handedBack());
      }
    }
    var owedNow = left;
    var runsNow = runs;
    return with(draft -> {
      draft.owed = owedNow;
      draft.killedRuns = runsNow;
    });
  }

  /** Returns a copy that has come by a way on which it comes only once. */
  public OrderProgress come() {
    return with(draft -> draft.hasCome = true);
  }

  /**
   * Returns a copy that has been broadcast, too, after it came from the log. What it says stays as
   * it came first: its fences may be others in a message that was sent again.
   */
  public OrderProgress come(HeardOrder broadcast) {
    return with(draft -> {
      draft.heard =
          new HeardOrder(
              heard.order(),
              heard.userId(),
              heard.replyTo() == null ? broadcast.replyTo() : heard.replyTo(),
              broadcast.origin(),
              heard.given());
      draft.hasCome = true;
    });
  }

  /**
   * Returns a copy of which only a part is carried out, because it has come only from the log.
   *
   * @param part the part
   */
  public OrderProgress reducedTo(Order part) {
    return with(draft -> draft.heard = heard.with(part));
  }

  /** Returns a copy that a former run of this controller had begun. */
  public OrderProgress carriedOn() {
    return with(draft -> draft.isCarriedOn = true);
  }

  /** Returns a copy that no longer waits for a broker or a disk that does not answer. */
  public OrderProgress impatient() {
    return with(draft -> draft.isImpatient = true);
  }

  private OrderProgress with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  /** A copy that may be changed until it is finished. */
  private static final class Draft {
    private HeardOrder heard;
    private final long startedNanos;
    private Stage stage;
    private MapPSet<WorkerKey> targets;
    private MapPSet<WorkerKey> awaited;
    private PVector<KilledRun> killedRuns;
    private MapPSet<Long> pending;
    private int workers;
    private int tasks;
    private long backlog;
    private PVector<String> failed;
    private PVector<String> notes;
    private boolean isImpatient;
    private PVector<Report> reports;
    private boolean hasCome;
    private MapPSet<DeliveryKey> owed;
    private MapPSet<String> touched;
    private PVector<DeferredKill> deferred;
    private boolean isCarriedOn;

    Draft(OrderProgress from) {
      heard = from.heard;
      startedNanos = from.startedNanos;
      stage = from.stage;
      targets = from.targets;
      awaited = from.awaited;
      killedRuns = from.killedRuns;
      pending = from.pending;
      workers = from.workers;
      tasks = from.tasks;
      backlog = from.backlog;
      failed = from.failed;
      notes = from.notes;
      isImpatient = from.isImpatient;
      reports = from.reports;
      hasCome = from.hasCome;
      owed = from.owed;
      touched = from.touched;
      deferred = from.deferred;
      isCarriedOn = from.isCarriedOn;
    }

    OrderProgress finished() {
      return new OrderProgress(
          heard,
          stage,
          startedNanos,
          targets,
          awaited,
          killedRuns,
          pending,
          workers,
          tasks,
          backlog,
          failed,
          notes,
          isImpatient,
          reports,
          hasCome,
          owed,
          touched,
          deferred,
          isCarriedOn);
    }
  }
}
