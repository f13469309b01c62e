package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A worker was asked to end and has a long grace. Whatever ends sooner than the grace ends the
 * worker.
 */
class SoonerEndTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final Duration DAY = Duration.ofDays(1);

  private final OrderedFleet fleet = OrderedFleet.started();

  @Test
  void graceItselfEndsTheWorkerOnce() {
    askToEnd("a", DAY);

    fleet.happen(new Event.TimerDue(new Timer.GraceOver(WORKER)));
    fleet.happen(new Event.TimerDue(new Timer.GraceOver(WORKER)));

    assertKilledOnce();
  }

  @Test
  void secondKillWithoutAGrace() {
    askToEnd("a", DAY);

    fleet.arrive(fleet.kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD).build());

    assertKilledOnce();
  }

  @Test
  void secondKillWithAShorterGrace() {
    askToEnd("a", DAY);
    fleet.arrive(graced(Duration.ofSeconds(5)));

    assertThat(fleet.all(Effect.Schedule.class))
        .anyMatch(schedule ->
            schedule.timer().equals(new Timer.GraceOver(WORKER))
                && schedule.at().equals(fleet.now.plusSeconds(5)));
    fleet.pass(Duration.ofSeconds(5));
    fleet.happen(new Event.TimerDue(new Timer.GraceOver(WORKER)));

    assertKilledOnce();
  }

  @Test
  void secondKillWithALongerGraceDoesNotProlongTheFirst() {
    askToEnd("a", Duration.ofSeconds(5));
    fleet.arrive(graced(DAY));

    fleet.pass(Duration.ofSeconds(5));
    fleet.happen(new Event.TimerDue(new Timer.GraceOver(WORKER)));

    assertKilledOnce();
  }

  @Test
  void leaseAfterTheLossOfTheDeliveries() {
    askToEnd("a", DAY);
    fleet.happen(new Event.BrokerDown(1, "cut", Duration.ofSeconds(2)));

    fleet.pass(Duration.ofSeconds(12));
    fleet.happen(new Event.TimerDue(new Timer.LeaseOver()));
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
    fleet.pass(Duration.ofSeconds(1));
    fleet.happen(new Event.TimerDue(new Timer.LeaseOver()));

    assertKilledOnce();
  }

  @Test
  void standstillOfTheController() {
    askToEnd("a", DAY);

    fleet.happen(new Event.StoodStill(Duration.ofSeconds(20)));

    assertKilledOnce();
  }

  @Test
  void secondRequestToStop() {
    askToEnd("a", DAY);

    fleet.happen(new Event.StopRequested());
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
    fleet.happen(new Event.StopRequested());

    assertKilledOnce();
  }

  @Test
  void endOfTheTimeForDraining() {
    askToEnd("a", DAY);
    fleet.happen(new Event.StopRequested());

    fleet.pass(Duration.ofSeconds(60));
    fleet.happen(new Event.TimerDue(new Timer.DrainOver()));

    assertKilledOnce();
  }

  @Test
  void hardLimitOfTheRun() {
    var order = askToEnd(limited("a"), DAY);

    fleet.pass(Duration.ofSeconds(30));
    fleet.happen(new Event.TimerDue(new Timer.RunDeadline(WORKER, "a", 1)));

    assertKilledOnce();
    fleet.die(1, 2);
    // The order has decided about the run before its limit did.
    assertThat(fleet.said(Report.TaskSettled.class, order.id()))
        .singleElement()
        .satisfies(settled -> assertThat(settled.fate()).isEqualTo(Fate.REQUEUED));
  }

  @Test
  void hardLimitOfARunThatStartsOnlyNow() {
    fleet.deliver(limited("a"));
    fleet.arrive(graced(DAY));
    fleet.happen(new Event.Started(WORKER, "a", 1));

    assertThat(fleet.all(Effect.Schedule.class))
        .anyMatch(schedule ->
            schedule.timer().equals(new Timer.RunDeadline(WORKER, "a", 1))
                && schedule.at().equals(fleet.now.plusSeconds(30)));
    fleet.pass(Duration.ofSeconds(30));
    fleet.happen(new Event.TimerDue(new Timer.RunDeadline(WORKER, "a", 1)));

    assertKilledOnce();
  }

  @Test
  void brokenProtocol() {
    askToEnd("a", DAY);

    fleet.happen(new Event.ProtocolBroken(WORKER, "it sent garbage"));

    assertKilledOnce();
  }

  @Test
  void runThatHasEndedHasNoLimitAnyMore() {
    askToEnd(limited("a"), DAY);
    fleet.finish(1, "a");

    fleet.happen(new Event.TimerDue(new Timer.RunDeadline(WORKER, "a", 1)));

    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
  }

  private void askToEnd(String task, Duration grace) {
    askToEnd(Task.to("mail", "work").id(task).publishedAt(fleet.now).build(), grace);
  }

  private Order askToEnd(Task task, Duration grace) {
    fleet.run(task);
    var order = graced(grace);
    fleet.arrive(order);
    assertThat(fleet.all(Effect.AskToEnd.class))
        .anyMatch(asked -> asked.worker().equals(WORKER) && task.id().equals(asked.task()));
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
    return order;
  }

  private Order graced(Duration grace) {
    return fleet
        .kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD)
        .graceMillis(grace.toMillis())
        .build();
  }

  private Task limited(String id) {
    return Task.to("mail", "work")
        .id(id)
        .publishedAt(fleet.now)
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  /** The worker of the task was sent SIGKILL, and only once. */
  private void assertKilledOnce() {
    assertThat(fleet.all(Effect.Kill.class))
        .filteredOn(kill -> kill.workers().contains(WORKER))
        .hasSize(1);
  }
}
