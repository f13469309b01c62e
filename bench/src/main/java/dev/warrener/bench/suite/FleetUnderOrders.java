package dev.warrener.bench.suite;

import dev.warrener.bench.handler.HangHandler;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.place.FleetWatch;
import dev.warrener.bench.place.FleetWatch.Heard;
import dev.warrener.bench.place.Load;
import dev.warrener.bench.place.ProcessFigures;
import dev.warrener.bench.place.Tasks;
import dev.warrener.bench.subject.Subject.Running;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.Warrener;
import dev.warrener.messaging.broker.orders.OrderSender;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Controllers with their workers, which are given orders. Used by one thread. */
final class FleetUnderOrders implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Tasks that burn a processor each. */
  static final Load.Source BURNING = Tasks.of(HangHandler.NAME, Tasks.json(200), Map.of());

  /** Tasks that wait, so that what is measured beside them has the processors. */
  static final Load.Source WAITING =
      Tasks.of(HangHandler.NAME, Body.of(HangHandler.WAIT), Map.of());

  /** How long they are watched, to see whether they are at rest; and how much they may do then. */
  private static final Duration WATCHED = Duration.ofMillis(500);

  private static final double SHARE_AT_REST = 0.04;

  private final SuiteRun run;
  private final String queue;
  private final int workersEach;
  private final List<Running> controllers = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();
  private final FleetWatch watch;
  private final OrderSender orders;
  private final Load load;

  /** Starts them, and waits until all are ready and have nothing to do any more. */
  FleetUnderOrders(SuiteRun run, Warrener warrener, String queue, int controllers, int workersEach)
      throws IOException, InterruptedException {
    this.run = run;
    this.queue = queue;
    this.workersEach = workersEach;
    run.say(controllers + " controllers with " + workersEach + " workers each");
    run.place().declare(queue);
    watch = new FleetWatch(run.place());
    orders = OrderSender.open(run.place().access());
    load = new Load(run.place().connection());
    var setting = new Setting(queue, workersEach, workersEach + 1, Work.NO_OP);
    try {
      for (int i = 1; i <= controllers; i++) {
        var id = queue + "-" + i;
        ids.add(id);
        this.controllers.add(warrener.startOnly(run.place(), setting, id));
      }
      awaitReady();
      rollCall();
      awaitRest();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** As the operator's command does before it kills: and this program knows how to order, then. */
  private void rollCall() throws InterruptedException {
    var order = order(OrderKind.ROLL_CALL, Scope.ALL, null, null);
    orders.send(order, null, PATIENCE);
    watch.await(order.id(), "controller.heard", ids.size(), PATIENCE);
  }

  /** What a controller does after its start in the background is not to be measured with a kill. */
  void awaitRest() throws InterruptedException {
    long patience = System.nanoTime() + PATIENCE.toNanos();
    double most = SHARE_AT_REST * controllers.size() * WATCHED.toMillis() / 1000;
    double before;
    do {
      before = processorSeconds();
      Thread.sleep(WATCHED);
    } while (processorSeconds() - before > most && System.nanoTime() < patience);
  }

  private double processorSeconds() {
    return controllers.stream()
        .mapToDouble(controller -> ProcessFigures.cpuSeconds(controller.pid()))
        .sum();
  }

  int workers() {
    return ids.size() * workersEach;
  }

  int controllers() {
    return ids.size();
  }

  Running first() {
    return controllers.getFirst();
  }

  FleetWatch watch() {
    return watch;
  }

  Load load() {
    return load;
  }

  void awaitReady() throws InterruptedException {
    for (int i = 0; i < ids.size(); i++) {
      watch.awaitReady(ids.get(i), controllers.get(i)::requireAlive);
    }
  }

  /** Gives each worker a task that ends only when it is killed. */
  void makeBusy(Load.Source hanging) throws IOException, InterruptedException {
    publish(workers(), hanging);
    awaitBusy();
  }

  /** Waits until as many workers run something as may. */
  void awaitBusy() throws InterruptedException {
    for (int i = 0; i < ids.size(); i++) {
      watch.awaitBusy(ids.get(i), workersEach, controllers.get(i)::requireAlive);
    }
  }

  /** The id of a worker of the first controller that runs something, when all do. */
  String aBusyWorker() throws InterruptedException {
    var said = watch.awaitBusy(ids.getFirst(), workersEach, first()::requireAlive);
    return said.workers().stream()
        .filter(worker -> worker.state() == WorkerState.BUSY)
        .map(worker -> said.id() + "/" + worker.slot())
        .findFirst()
        .orElseThrow();
  }

  void publish(long count, Load.Source source) throws IOException, InterruptedException {
    load.publish(run.place().namespace().tasksExchange(), queue, count, source);
  }

  /**
   * What was heard of one order.
   *
   * @param sentNanos just before it was published, by {@link System#nanoTime}
   */
  record Killed(long sentNanos, List<Heard> reports) {
    /** From the order to the last report of that type, in milliseconds. */
    double lastMillis(String type) {
      return (nanos(type).max().orElseThrow() - sentNanos) / 1e6;
    }

    /** From the order to the first report of that type, in milliseconds. */
    double firstMillis(String type) {
      return (nanos(type).min().orElseThrow() - sentNanos) / 1e6;
    }

    /** When the last report of that type was heard. */
    long lastNanos(String type) {
      return nanos(type).max().orElseThrow();
    }

    private java.util.stream.LongStream nanos(String type) {
      return reports.stream().filter(one -> one.type().equals(type)).mapToLong(Heard::nanos);
    }

    double slowestDeathMillis() {
      return reports.stream().mapToLong(Heard::deathMicros).max().orElse(0) / 1000.0;
    }
  }

  /**
   * Kills what is in scope as an operator does by default, who holds it, and waits until every
   * controller is done; then lifts the hold.
   */
  Killed kill(Scope scope, InFlight inFlight, int dead) throws InterruptedException {
    var killed = killAndHold(scope, inFlight, dead);
    resume();
    return killed;
  }

  /** The same, and the hold stays until {@link #resume}. */
  Killed killAndHold(Scope scope, InFlight inFlight, int dead) throws InterruptedException {
    return kill(scope, inFlight, Then.HOLD, dead);
  }

  /** Kills what is in scope, and waits until every controller is done. Workers come at once. */
  Killed killAndRespawn(Scope scope, InFlight inFlight, int dead) throws InterruptedException {
    return kill(scope, inFlight, Then.RESPAWN, dead);
  }

  private Killed kill(Scope scope, InFlight inFlight, Then then, int dead)
      throws InterruptedException {
    watch.forgetReports();
    var order = order(OrderKind.KILL, scope, inFlight, then);
    long begin = System.nanoTime();
    orders.send(order, null, PATIENCE);
    watch.await(order.id(), "worker.dead", dead, PATIENCE);
    var reports = watch.await(order.id(), "controller.done", ids.size(), PATIENCE);
    forgetPresence();
    return new Killed(begin, reports);
  }

  /** Lifts every hold: workers come again. */
  void resume() throws InterruptedException {
    var order = order(OrderKind.RESUME, Scope.ALL, null, null);
    forgetPresence();
    orders.send(order, null, PATIENCE);
    watch.await(order.id(), "controller.done", ids.size(), PATIENCE);
  }

  private static Order order(
      OrderKind kind, Scope scope, @Nullable InFlight inFlight, @Nullable Then then) {
    var now = Instant.now();
    return Order.builder(kind, scope)
        .inFlight(inFlight)
        .then(then)
        .reason("measured")
        .issuedBy("bench")
        .issuedAt(now)
        .expiresAt(now.plus(PATIENCE))
        .build();
  }

  /** What was said before a kill counts no more. */
  void forgetPresence() {
    ids.forEach(watch::forget);
  }

  @Override
  public void close() {
    controllers.forEach(Running::close);
    orders.close();
    watch.close();
    try {
      load.close();
    } catch (IOException e) {
      // It goes with the connection.
    }
  }
}
