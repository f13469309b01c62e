package dev.warrener.bench.suite;

import dev.warrener.bench.handler.HangHandler;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.FleetWatch;
import dev.warrener.bench.rig.FleetWatch.ReceivedReport;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredTasks;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.bench.subject.Subject.Running;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.WarrenerSubject;
import dev.warrener.messaging.broker.orders.OrderSender;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.ReportType;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Running controllers with their workers, and a client that sends them orders. Used by one thread.
 */
final class FleetUnderOrders implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Tasks that each use a whole processor until they are killed. */
  static final LoadPublisher.Source BURNING =
      MeasuredTasks.of(HangHandler.NAME, MeasuredTasks.json(200), Map.of());

  /** Tasks that sleep until they are killed, and leave the processors to others. */
  static final LoadPublisher.Source WAITING =
      MeasuredTasks.of(HangHandler.NAME, Body.of(HangHandler.WAIT), Map.of());

  /** How long controllers are watched, to see whether their warm-up is over. */
  private static final Duration WATCHED = Duration.ofMillis(500);

  /** The most processor time of a controller at rest, as a share of one processor. */
  private static final double SHARE_AT_REST = 0.04;

  private final SuiteRun run;
  private final String queue;
  private final int workersEach;
  private final List<Running> controllers = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();
  private final FleetWatch watch;
  private final OrderSender orders;
  private final LoadPublisher load;

  /** Starts controllers, and waits until their workers are ready and their warm-up is over. */
  FleetUnderOrders(
      SuiteRun run, WarrenerSubject warrener, String queue, int controllers, int workersEach)
      throws IOException, InterruptedException {
    this.run = run;
    this.queue = queue;
    this.workersEach = workersEach;
    run.say(controllers + " controllers with " + workersEach + " workers each");
    run.broker().declare(queue);
    watch = new FleetWatch(run.broker());
    orders = OrderSender.open(run.broker().access());
    load = new LoadPublisher(run.broker().connection());
    var setting = new Setting(queue, workersEach, workersEach + 1, Work.NO_OP);
    try {
      for (int i = 1; i <= controllers; i++) {
        var id = queue + "-" + i;
        ids.add(id);
        this.controllers.add(warrener.startOnly(run.broker(), setting, id));
      }
      awaitReady();
      rollCall();
      awaitRest();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Sends a roll-call, as the operator's command does before a kill. It also warms up this
   * program's code for orders.
   */
  private void rollCall() throws InterruptedException {
    var order = order(OrderKind.ROLL_CALL, Scope.ALL, null, null);
    orders.send(order, null, PATIENCE);
    watch.await(order.id(), ReportType.CONTROLLER_HEARD, ids.size(), PATIENCE);
  }

  /**
   * Waits until the controllers have finished their warm-up, so that it is not measured with a
   * kill.
   */
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

  LoadPublisher load() {
    return load;
  }

  void awaitReady() throws InterruptedException {
    for (int i = 0; i < ids.size(); i++) {
      watch.awaitReady(ids.get(i), controllers.get(i)::requireAlive);
    }
  }

  /** Gives each worker a task that ends only when it is killed. */
  void makeBusy(LoadPublisher.Source hanging) throws IOException, InterruptedException {
    publish(workers(), hanging);
    awaitBusy();
  }

  /** Waits until as many workers are busy as may be. */
  void awaitBusy() throws InterruptedException {
    for (int i = 0; i < ids.size(); i++) {
      watch.awaitBusy(ids.get(i), workersEach, controllers.get(i)::requireAlive);
    }
  }

  /** Waits until all workers are busy. Returns the id of one of the first controller. */
  String aBusyWorker() throws InterruptedException {
    var presence = watch.awaitBusy(ids.getFirst(), workersEach, first()::requireAlive);
    return presence.workers().stream()
        .filter(worker -> worker.state() == WorkerState.BUSY)
        .map(worker -> presence.id() + "/" + worker.slot())
        .findFirst()
        .orElseThrow();
  }

  void publish(long count, LoadPublisher.Source source) throws IOException, InterruptedException {
    load.publish(run.broker().namespace().tasksExchange(), queue, count, source);
  }

  /**
   * The reports about one kill order.
   *
   * @param sentNanos when the order was published, by {@link System#nanoTime}
   * @param reports the reports, in the order of their arrival
   */
  record Killed(long sentNanos, List<ReceivedReport> reports) {
    /** Returns the time from the order to the last report of a type, in milliseconds. */
    double lastMillis(String type) {
      return (nanos(type).max().orElseThrow() - sentNanos) / 1e6;
    }

    /** Returns the time from the order to the first report of a type, in milliseconds. */
    double firstMillis(String type) {
      return (nanos(type).min().orElseThrow() - sentNanos) / 1e6;
    }

    /** Returns when the last report of a type arrived. */
    long lastNanos(String type) {
      return nanos(type).max().orElseThrow();
    }

    private java.util.stream.LongStream nanos(String type) {
      return reports.stream()
          .filter(one -> one.type().equals(type))
          .mapToLong(ReceivedReport::nanos);
    }

    double slowestDeathMillis() {
      return reports.stream().mapToLong(ReceivedReport::deathMicros).max().orElse(0) / 1000.0;
    }
  }

  /**
   * Kills the workers in scope, holds the scope as an operator does by default, and waits until
   * every controller is done. Then lifts the hold.
   */
  Killed kill(Scope scope, InFlight inFlight, int dead) throws InterruptedException {
    var killed = killAndHold(scope, inFlight, dead);
    resume();
    return killed;
  }

  /** Kills the workers in scope, and holds the scope until {@link #resume}. */
  Killed killAndHold(Scope scope, InFlight inFlight, int dead) throws InterruptedException {
    return kill(scope, inFlight, Then.HOLD, dead);
  }

  /** Kills the workers in scope, which are replaced at once, and waits until all is done. */
  Killed killAndRespawn(Scope scope, InFlight inFlight, int dead) throws InterruptedException {
    return kill(scope, inFlight, Then.RESPAWN, dead);
  }

  private Killed kill(Scope scope, InFlight inFlight, Then then, int dead)
      throws InterruptedException {
    watch.forgetReports();
    var order = order(OrderKind.KILL, scope, inFlight, then);
    long begin = System.nanoTime();
    orders.send(order, null, PATIENCE);
    watch.await(order.id(), ReportType.WORKER_DEAD, dead, PATIENCE);
    var reports = watch.await(order.id(), ReportType.CONTROLLER_DONE, ids.size(), PATIENCE);
    forgetPresence();
    return new Killed(begin, reports);
  }

  /** Lifts every hold, so that workers start again. */
  void resume() throws InterruptedException {
    var order = order(OrderKind.RESUME, Scope.ALL, null, null);
    forgetPresence();
    orders.send(order, null, PATIENCE);
    watch.await(order.id(), ReportType.CONTROLLER_DONE, ids.size(), PATIENCE);
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

  /** Forgets the presences from before a kill. */
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
      // The channel ends with its connection.
    }
  }
}
