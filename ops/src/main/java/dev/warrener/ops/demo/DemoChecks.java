package dev.warrener.ops.demo;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The checks after the demo's kill, from outside: they look at {@code /proc} and ask the broker,
 * and believe neither the controller nor the demo. For one thread.
 */
final class DemoChecks {
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(5);
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  private final DemoStory story;
  private final Plot plot;
  private final Screen screen;
  private final InstantSource clock;
  private final FleetConnection connection;
  private final FleetPresence presence;
  private final BrokerSession session;
  private final ControllerProcess controller;
  private final List<SeenProcess> before;
  private final Order order;
  private final Map<String, CompletableFuture<ResultMessage>> results;
  private boolean allIsWell = true;

  /**
   * Prepares the checks.
   *
   * @param before the processes of the workers before the kill
   * @param order the kill
   * @param results the results of all tasks, by id
   */
  DemoChecks(
      DemoStory story,
      FleetConnection connection,
      BrokerSession session,
      ControllerProcess controller,
      List<SeenProcess> before,
      Order order,
      Map<String, CompletableFuture<ResultMessage>> results) {
    this.story = story;
    this.plot = story.plot();
    this.screen = story.screen();
    this.clock = story.clock();
    this.connection = connection;
    this.presence = new FleetPresence(connection, clock);
    this.session = session;
    this.controller = controller;
    this.before = before;
    this.order = order;
    this.results = results;
  }

  /** Checks all that can be seen from outside; returns whether all is as it should be. */
  boolean run() throws InterruptedException {
    screen.result("");
    screen.result(screen.outStyle().paint(Tone.STRONG, "Seen from outside"));
    int killed = plot.batches() ? Math.min(plot.inFirstBatch(), plot.workers()) : plot.workers();
    check(
        eventually(() -> gone(before) >= killed) && gone(before) == killed,
        () -> gone(before) + " of " + before.size() + " worker processes are gone from /proc");
    if (!plot.batches() && order.thenOfKill() != Then.RESPAWN) {
      check(
          eventually(() -> connection.running().orElse(0) == 0),
          () ->
              "hosts that still run a worker, by the broker's own count: "
                  + connection.running().orElse(0));
    }
    if (plot.batches()) {
      lookAtBatches();
    } else {
      lookAtTasks();
    }
    lookAtController();
    return allIsWell;
  }

  private static long gone(List<SeenProcess> processes) {
    return processes.stream().filter(SeenProcess::isGone).count();
  }

  private void lookAtTasks() throws InterruptedException {
    var fate = order.inFlightOfKill();
    boolean restarts = order.thenOfKill() == Then.RESPAWN;
    int inFlight = plot.running();
    int rest = plot.tasks() - inFlight;
    long waiting = fate == InFlight.REQUEUE ? plot.tasks() : rest;
    long dead = fate == InFlight.DEAD_LETTER ? inFlight : 0;
    if (restarts && plot.tasks() > 0 && waiting > 0) {
      check(
          eventually(() -> session.probe().queue(DemoStory.QUEUE).dead() == dead),
          () -> "dead letters: " + session.probe().queue(DemoStory.QUEUE).dead());
      if (fate == InFlight.REQUEUE) {
        story.awaitRunning();
      }
      return;
    }
    check(
        eventually(() -> {
          var depth = session.probe().queue(DemoStory.QUEUE);
          return depth.waiting() == waiting && depth.dead() == dead;
        }),
        () -> {
          var depth = session.probe().queue(DemoStory.QUEUE);
          return "queue "
              + DemoStory.QUEUE
              + " holds "
              + Phrases.count(depth.waiting(), "task")
              + ", and "
              + Phrases.count(depth.dead(), "dead letter");
        });
    lookAtDeadLetters(dead);
  }

  private void lookAtDeadLetters(long dead) {
    if (dead == 0) {
      return;
    }
    var letters = session.deadLetters().list(DemoStory.QUEUE, 1000);
    check(
        letters.size() == dead
            && letters.stream().allMatch(letter -> order.id().equals(letter.mark().order())),
        () ->
            "each dead letter names the order: "
                + letters.getFirst().mark().reason().wire()
                + ", "
                + letters.getFirst().mark().detail());
  }

  private void lookAtBatches() throws InterruptedException {
    story.tell("", "the second batch goes on …");
    var second =
        results.entrySet().stream()
            .filter(entry -> "second".equals(plot.batchOf(Integer.parseInt(entry.getKey()))))
            .toList();
    var until = now().plus(DemoStory.FINISHED_WITHIN);
    for (var entry : second) {
      eventually(() -> entry.getValue().isDone(), Duration.between(now(), until));
    }
    story.showRest();
    check(
        second.stream().allMatch(entry -> hasSucceeded(entry.getValue())),
        () ->
            second.stream().filter(entry -> hasSucceeded(entry.getValue())).count()
                + " of "
                + Phrases.count(second.size(), "task")
                + " of the second batch have succeeded");
    long dead = order.inFlightOfKill() == InFlight.DEAD_LETTER ? plot.inFirstBatch() : 0;
    check(
        eventually(() -> session.probe().queue(DemoStory.QUEUE).dead() == dead),
        () ->
            Phrases.count(session.probe().queue(DemoStory.QUEUE).dead(), "dead letter")
                + " of the first batch");
    lookAtDeadLetters(dead);
  }

  private static boolean hasSucceeded(CompletableFuture<ResultMessage> result) {
    return result.isDone()
        && !result.isCompletedExceptionally()
        && result.join().outcome() == Outcome.SUCCEEDED;
  }

  private void lookAtController() throws InterruptedException {
    switch (order.thenOfKill()) {
      case EXIT ->
          check(
              controller.awaitEnd(Duration.ofSeconds(10)) && controller.exitStatus() == 0,
              () ->
                  controller.isAlive()
                      ? "the controller lives"
                      : "the controller has ended itself with status " + controller.exitStatus());
      case HOLD -> {
        var found =
            presence.await(SETTLED_WITHIN, one -> FleetPresence.living(one) == 0, () -> false);
        check(
            found.isPresent() && controller.isAlive(),
            () -> "the controller lives, and has started no worker again: everything is held");
      }
      case RESPAWN -> {
        var found =
            presence.await(
                DemoStory.READY_WITHIN,
                one -> FleetPresence.living(one) == plot.workers(),
                () -> false);
        check(
            found.isPresent(),
            () ->
                "the pool is back to "
                    + Phrases.count(found.map(FleetPresence::living).orElse(0L), "worker")
                    + found.map(one -> ": pid " + FleetPresence.pids(one)).orElse(""));
      }
    }
  }

  private boolean eventually(BooleanSupplier condition) throws InterruptedException {
    return eventually(condition, SETTLED_WITHIN);
  }

  private boolean eventually(BooleanSupplier condition, Duration timeout)
      throws InterruptedException {
    var until = now().plus(timeout);
    while (!condition.getAsBoolean()) {
      if (!now().isBefore(until)) {
        return false;
      }
      Thread.sleep(LOOK_EVERY);
      story.showRest();
    }
    return true;
  }

  private void check(boolean isAsItShouldBe, Supplier<String> finding) {
    allIsWell &= isAsItShouldBe;
    String mark =
        isAsItShouldBe
            ? screen.outStyle().paint(Tone.GOOD, "✓")
            : screen.outStyle().paint(Tone.BAD, "✗");
    screen.result("  " + mark + " " + finding.get());
  }

  private Instant now() {
    return clock.instant();
  }
}
