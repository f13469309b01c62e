package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long runs go on while their controller is cut off: the lease here is 15 s. */
class LeaseTest {
  private DecidedFleet fleet = DecidedFleet.withWorker("work");

  @Test
  void runThatNoOrderCanReachEndsWithTheLease() {
    run("a");
    fleet.happen(new Event.OrdersDown("reset", Duration.ZERO));

    fleet.pass(Duration.ofSeconds(14));
    leaseOver();
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
    fleet.pass(Duration.ofSeconds(1));
    leaseOver();

    assertKilled();
    assertThat(fleet.warnings())
        .anyMatch(line -> line.contains("while no order could be received"));
  }

  @Test
  void taskOfADeafControllerGoesBackUnchargedForOthersToRun() {
    var delivery = run("a");
    fleet.happen(new Event.OrdersDown("reset", Duration.ofSeconds(15)));
    leaseOver();
    fleet.die(9);

    assertThat(fleet.effects()).contains(new Effect.Requeue(delivery));
    assertThat(fleet.all(Effect.Move.class)).isEmpty();
  }

  @Test
  void silenceOfTheOrderConnectionCountsForTheLease() {
    run("a");
    fleet.happen(new Event.OrdersDown("silent", Duration.ofSeconds(10)));

    assertThat(fleet.all(Effect.Schedule.class))
        .anyMatch(schedule ->
            schedule.timer().equals(new Timer.LeaseOver())
                && schedule.at().equals(fleet.now().plusSeconds(5)));
    fleet.pass(Duration.ofSeconds(5));
    leaseOver();

    assertKilled();
  }

  @Test
  void runGoesOnIfOrdersArriveAgainInTime() {
    run("a");
    fleet.happen(new Event.OrdersDown("reset", Duration.ZERO));
    fleet.pass(Duration.ofSeconds(10));
    fleet.happen(new Event.OrdersSynced(List.of(), null));

    fleet.pass(Duration.ofSeconds(5));
    leaseOver();

    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
  }

  @Test
  void deafControllerThatKillsWithoutTheBrokerStillWaitsForTheLease() {
    fleet = DecidedFleet.withWorker(settings(WithoutBroker.KILL), "work");
    run("a");
    fleet.happen(new Event.OrdersDown("reset", Duration.ZERO));

    leaseOver();
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
    fleet.pass(Duration.ofSeconds(15));
    leaseOver();

    assertKilled();
  }

  @Test
  void deafControllerThatLetsRunsFinishDoesSo() {
    fleet = DecidedFleet.withWorker(settings(WithoutBroker.FINISH), "work");
    run("a");
    fleet.happen(new Event.OrdersDown("reset", Duration.ZERO));

    fleet.pass(Duration.ofMinutes(10));
    leaseOver();

    assertThat(fleet.all(Effect.Schedule.class))
        .noneMatch(schedule -> schedule.timer() instanceof Timer.LeaseOver);
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
  }

  @Test
  void leaseOfAnEarlierLossDoesNotEndTheRunOfALaterOne() {
    var task = task("a");
    run("a");
    fleet.happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    fleet.pass(Duration.ofSeconds(5));
    fleet.happen(new Event.BrokerUp(2));
    fleet.deliver(task, true);
    fleet.pass(Duration.ofSeconds(5));
    fleet.happen(new Event.BrokerDown(2, "reset", Duration.ZERO));

    fleet.pass(Duration.ofSeconds(5));
    leaseOver();
    assertThat(fleet.all(Effect.Kill.class)).as("the lease of the first loss is over").isEmpty();
    fleet.pass(Duration.ofSeconds(10));
    leaseOver();

    assertKilled();
  }

  @Test
  void timerThatComesATrifleTooEarlyIsSetAgain() {
    run("a");
    fleet.happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    fleet.pass(Duration.ofMillis(14_990));
    fleet.effects().clear();

    leaseOver();

    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
    assertThat(fleet.all(Effect.Schedule.class))
        .anyMatch(schedule -> schedule.timer().equals(new Timer.LeaseOver()));
  }

  private DeliveryKey run(String id) {
    var delivery = fleet.deliver(task(id));
    fleet.start(task(id));
    return delivery;
  }

  private static Task task(String id) {
    return Task.to("mail", "work").id(id).build();
  }

  private void leaseOver() {
    fleet.happen(new Event.TimerDue(new Timer.LeaseOver()));
  }

  private void assertKilled() {
    assertThat(fleet.all(Effect.Kill.class))
        .containsExactly(new Effect.Kill(List.of(new WorkerKey(1, 1))));
  }

  private static Settings settings(WithoutBroker withoutBroker) {
    return TestSettings.builder(new Settings.QueueSettings("mail", 1, 5, 3, Duration.ZERO))
        .withoutBroker(withoutBroker)
        .taskEvents(TaskEvents.ALL)
        .build();
  }
}
