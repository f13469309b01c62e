package dev.warrener.controller.fleet.state;

import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * An order on its way through this controller.
 *
 * @param heard the order
 * @param stage how far it is; {@link Stage#DONE} is terminal
 * @param startedNanos when it arrived
 * @param targets the workers in scope when it arrived
 * @param awaited those of them whose trees are not empty yet
 * @param doomed the runs whose fate it decides
 * @param pending the tokens of what it waits for in this stage
 * @param workers how many workers were proven dead
 * @param tasks how many in-flight tasks were settled
 * @param backlog how many waiting tasks were dropped or moved
 * @param failed what could not be done, and why
 * @param notes what a person should know, though nothing failed
 * @param isImpatient whether it no longer waits for a broker or a disk that does not answer
 * @param reports all that has been said about it, for whoever joins
 * @param hasCome whether it has come by the way on which it comes but once: the next time somebody
 *     joins. What is broadcast is in the log, too
 * @param owed the deliveries of runs that were in flight on its workers and are not settled yet,
 *     whoever decides their fate
 * @param touched the queues of all those
 * @param aims the runs whose workers it kills as soon as those can't begin another by then
 */
public record OrderProgress(
    HeardOrder heard,
    Stage stage,
    long startedNanos,
    MapPSet<WorkerKey> targets,
    MapPSet<WorkerKey> awaited,
    PVector<Doomed> doomed,
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
    PVector<Aim> aims) {

  /** A run for which its worker is to die. */
  public record Aim(WorkerKey worker, String task, int attempt) {}

  /** How far an order is. */
  public enum Stage {
    /** Trees are not empty yet; of a drain: runs have not ended yet. */
    KILLING,
    /** The fates of runs are being settled. */
    SETTLING,
    /** The broker is to show that it took the settlements. */
    PROVING,
    /** The waiting tasks in scope are being dealt with. */
    BACKLOG,
    /** All of it is over and was reported. */
    DONE
  }

  /**
   * A run that was in flight when its worker was killed.
   *
   * @param settled false if its fate could not be carried out
   * @param begun whether its settlement has been begun
   * @param late whether its worker died after the order had given it up: then it is proven and
   *     reported by itself
   */
  public record Doomed(
      TaskRun run,
      String queue,
      WorkerKey worker,
      Fate fate,
      boolean settled,
      boolean begun,
      boolean late) {
    public static Doomed of(TaskRun run, String queue, WorkerKey worker, Fate fate) {
      return new Doomed(run, queue, worker, fate, true, false, false);
    }

    public Doomed unsettled() {
      return new Doomed(run, queue, worker, fate, false, begun, late);
    }

    public Doomed handedBack() {
      return new Doomed(run.withDelivery(null), queue, worker, fate, settled, begun, late);
    }

    public Doomed beginning() {
      return new Doomed(run, queue, worker, fate, settled, true, late);
    }

    public Doomed beginningLate() {
      return new Doomed(run, queue, worker, fate, settled, true, true);
    }

    public boolean isOf(String task, int attempt) {
      return run.task().id().equals(task) && run.task().attempt() == attempt;
    }
  }

  public static OrderProgress started(HeardOrder heard, long nanos) {
    return new OrderProgress(
        heard,
        Stage.KILLING,
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
        TreePVector.empty());
  }

  public Order order() {
    return heard.order();
  }

  public boolean isOver() {
    return stage == Stage.DONE;
  }

  /** How many reports have been made about it. */
  public long said() {
    return reports.size();
  }

  public OrderProgress at(Stage next) {
    return with(draft -> draft.stage = next);
  }

  public OrderProgress saying(Report report) {
    return with(draft -> draft.reports = draft.reports.plus(report));
  }

  public OrderProgress awaiting(WorkerKey worker) {
    return with(draft -> {
      draft.targets = draft.targets.plus(worker);
      draft.awaited = draft.awaited.plus(worker);
    });
  }

  public OrderProgress aiming(Aim aim) {
    return with(draft -> draft.aims = draft.aims.plus(aim));
  }

  public OrderProgress notAiming(Aim aim) {
    return with(draft -> draft.aims = draft.aims.minus(aim));
  }

  public OrderProgress dead(WorkerKey worker) {
    return with(draft -> {
      draft.awaited = draft.awaited.minus(worker);
      draft.workers++;
    });
  }

  public OrderProgress givenUp(WorkerKey worker) {
    return with(draft -> draft.awaited = draft.awaited.minus(worker));
  }

  public OrderProgress dooming(Doomed one) {
    return with(draft -> draft.doomed = draft.doomed.plus(one));
  }

  public OrderProgress withDoomed(PVector<Doomed> all) {
    return with(draft -> draft.doomed = all);
  }

  public OrderProgress waitingFor(long token) {
    return with(draft -> draft.pending = draft.pending.plus(token));
  }

  public OrderProgress notWaitingFor(long token) {
    return with(draft -> draft.pending = draft.pending.minus(token));
  }

  public OrderProgress settledOne() {
    return with(draft -> draft.tasks++);
  }

  public OrderProgress plusBacklog(long count) {
    return with(draft -> draft.backlog += count);
  }

  public OrderProgress failing(String what) {
    return with(draft -> draft.failed = draft.failed.plus(what));
  }

  public OrderProgress noting(String what) {
    return with(draft -> draft.notes = draft.notes.plus(what));
  }

  public OrderProgress owing(DeliveryKey delivery) {
    return with(draft -> {
      draft.owed = draft.owed.plus(delivery);
      draft.touched = draft.touched.plus(delivery.queue());
    });
  }

  public OrderProgress notOwing(DeliveryKey delivery) {
    return with(draft -> draft.owed = draft.owed.minus(delivery));
  }

  /** The broker has all deliveries of a queue back: none is owed, and none is ours to settle. */
  public OrderProgress handedBack(String queue) {
    var left = owed;
    for (var delivery : owed) {
      left = delivery.queue().equals(queue) ? left.minus(delivery) : left;
    }
    var runs = doomed;
    for (int i = 0; i < runs.size(); i++) {
      if (runs.get(i).queue().equals(queue)) {
        runs = runs.with(i, runs.get(i).handedBack());
      }
    }
    var owedNow = left;
    var doomedNow = runs;
    return with(draft -> {
      draft.owed = owedNow;
      draft.doomed = doomedNow;
    });
  }

  /** The run of a task whose worker died too late, or null. */
  public @Nullable Doomed late(String task, int attempt) {
    for (var one : doomed) {
      if (one.late() && one.isOf(task, attempt)) {
        return one;
      }
    }
    return null;
  }

  public OrderProgress come() {
    return with(draft -> draft.hasCome = true);
  }

  public OrderProgress impatient() {
    return with(draft -> draft.isImpatient = true);
  }

  private OrderProgress with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.run();
  }

  /** A copy that may be changed until it is a run again. */
  private static final class Draft {
    private final HeardOrder heard;
    private final long startedNanos;
    private Stage stage;
    private MapPSet<WorkerKey> targets;
    private MapPSet<WorkerKey> awaited;
    private PVector<Doomed> doomed;
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
    private PVector<Aim> aims;

    Draft(OrderProgress from) {
      heard = from.heard;
      startedNanos = from.startedNanos;
      stage = from.stage;
      targets = from.targets;
      awaited = from.awaited;
      doomed = from.doomed;
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
      aims = from.aims;
    }

    public OrderProgress run() {
      return new OrderProgress(
          heard,
          stage,
          startedNanos,
          targets,
          awaited,
          doomed,
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
          aims);
    }
  }
}
