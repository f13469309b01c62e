package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One life of a fleet: a storm of tasks, orders and faults, and then the calm in which everything
 * must come to its end. The same seed is the same life.
 */
final class Simulation {
  private static final Instant START = Instant.parse("2026-11-23T03:00:00Z");
  private static final Duration THUMBS_TIMEOUT = Duration.ofSeconds(10);

  /** Long enough that most runs are short to it, and the longest are not. */
  private static final Settings.Ahead AHEAD = new Settings.Ahead(3, Duration.ofSeconds(20));

  /** Most runs are shorter. One half of the controllers has a look-ahead only while they are. */
  private static final Duration SHORT_RUN = Duration.ofMillis(500);

  /** The function under test; others stand in for it to show that the checks see. */
  @FunctionalInterface
  interface Decider {
    Fleet.Decision decide(FleetState state, Event event, Now now);
  }

  final Chance chance;
  final ModelBroker broker = new ModelBroker();
  final List<ModelController> controllers = new ArrayList<>();
  final Checks checks = new Checks(this);
  final ModelOperator operator;
  private final Decider decider;
  private Faults faults;
  private final boolean clocksDiffer;
  private final Duration publisherAhead;
  private Instant now = START;
  private long ids;
  private Instant brokerBack = START;
  private Instant unblocked = START;
  private final List<String> published = new ArrayList<>();
  private final List<Runnable> laters = new ArrayList<>();
  private final List<Runnable> turns = new ArrayList<>();
  private final Runnable runLater = this::runLater;
  private final @Nullable Consumer<String> trace;
  long steps;

  Simulation(long seed) {
    this(seed, Fleet::decide, null);
  }

  /**
   * Prepares a life.
   *
   * @param trace hears what each controller is told and does, if it is not null
   */
  Simulation(long seed, Decider decider, @Nullable Consumer<String> trace) {
    this.decider = decider;
    this.trace = trace;
    chance = new Chance(seed);
    faults = Faults.of(chance);
    clocksDiffer = !chance.oneIn(3);
    publisherAhead = error(40);
    operator = new ModelOperator(this);
    var served = servedBy(1 + chance.below(4));
    for (int i = 1; i <= served.size(); i++) {
      var withoutBroker = chance.of(List.of(WithoutBroker.values()));
      var queues = served.get(i - 1);
      controllers.add(
          new ModelController(
              this,
              i,
              settings(i, queues, Set.of("ops"), withoutBroker),
              settings(i, queues, Set.of("ops", ModelOperator.SOMETIMES), withoutBroker)));
    }
  }

  /** Each controller serves one queue or more, and each queue is served by somebody. */
  private List<Set<String>> servedBy(int number) {
    var served = new ArrayList<Set<String>>();
    for (int i = 0; i < number; i++) {
      served.add(new TreeSet<>(Set.of(chance.of(ModelBroker.QUEUES))));
    }
    for (var queue : ModelBroker.QUEUES) {
      chance.of(served).add(queue);
      served.forEach(queues -> {
        if (chance.oneIn(2)) {
          queues.add(queue);
        }
      });
    }
    return served;
  }

  private void runLater() {
    laters.remove(chance.below(laters.size())).run();
  }

  private static Settings.QueueSettings queue(String name, Duration shortRun) {
    return switch (name) {
      case "mail" -> new Settings.QueueSettings("mail", 2, 5, 4, Duration.ZERO, AHEAD, 1, shortRun);
      case "thumbs" ->
          new Settings.QueueSettings("thumbs", 1, 2, 4, THUMBS_TIMEOUT, AHEAD, 0, shortRun);
      default -> new Settings.QueueSettings(name, 1, 1, 4, Duration.ZERO, AHEAD, 0, shortRun);
    };
  }

  private static Settings settings(
      int number, Set<String> queues, Set<String> operators, WithoutBroker withoutBroker) {
    var shortRun = number % 2 == 0 ? Duration.ZERO : SHORT_RUN;
    return Settings.builder("c" + number)
        .host("host-c" + number)
        .pid(1)
        .software("simulated")
        .queues(queues.stream().map(queue -> queue(queue, shortRun)).toList())
        .operators(operators)
        .lease(ModelController.LEASE)
        .restarts(
            new Settings.Restarts(
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                5,
                Duration.ofSeconds(60),
                Duration.ofSeconds(3)))
        .duplicateWindow(Duration.ofDays(1))
        .withoutBroker(withoutBroker)
        .taskEvents(number % 2 == 0 ? TaskEvents.ALL : TaskEvents.UNSUCCESSFUL)
        .build();
  }

  static boolean hasLimit(Task task) {
    return timeoutOf(task).compareTo(Duration.ofDays(1)) < 0;
  }

  static Duration timeoutOf(Task task) {
    if (task.timeout() != null) {
      return task.timeout();
    }
    return task.queue().equals("thumbs") ? THUMBS_TIMEOUT : Duration.ofDays(1);
  }

  // What the models ask for.

  Faults faults() {
    return faults;
  }

  Instant now() {
    return now;
  }

  /** The error of somebody's clock, of so many seconds at most; in a third of all lives none. */
  Duration error(int mostSeconds) {
    return clocksDiffer
        ? Duration.ofMillis(chance.below(mostSeconds * 2000) - mostSeconds * 1000L)
        : Duration.ZERO;
  }

  long nanos() {
    return Duration.between(START, now).toNanos();
  }

  void passMillis(int millis) {
    now = now.plusMillis(millis);
  }

  /** An id for an order, as good as one of the real ones, and the same for the same seed. */
  String nextId() {
    ids++;
    return new UUID(
            (now.toEpochMilli() << 16) | 0x7000L | (ids & 0xFFFL), 0x8000_0000_0000_0000L | ids)
        .toString();
  }

  String anyTask() {
    return published.isEmpty() ? "none" : chance.of(published);
  }

  /** Does something at some time. */
  void later(Runnable what) {
    laters.add(what);
  }

  /** Whether anybody believes that he holds a task. */
  boolean isClaimed(String task) {
    for (var controller : controllers) {
      if (controller.links.claims(task)) {
        return true;
      }
    }
    return false;
  }

  Fleet.Decision decide(FleetState state, Event event, Now at) {
    var decision = decider.decide(state, event, at);
    if (trace != null) {
      trace.accept(sentence(Duration.between(START, now), state.settings().controller(), event));
      decision.effects().forEach(effect -> trace.accept("    " + effect));
    }
    return decision;
  }

  /** Something that is true and that no controller needs to know. */
  void note(Object... words) {
    if (trace != null) {
      trace.accept("  " + sentence(words));
    }
  }

  static String sentence(@Nullable Object... words) {
    return Arrays.stream(words).map(String::valueOf).collect(Collectors.joining(" "));
  }

  // Its course.

  /** Runs the storm for that many steps, and then the calm. */
  void run(int storm) {
    controllers.forEach(ModelController::start);
    publish(20 + chance.below(40));
    for (int i = 0; i < storm; i++) {
      if (chance.oneIn(45)) {
        operator.orderSomething();
      }
      if (chance.oneIn(50)) {
        publish(1 + chance.below(4));
      }
      if (chance.oneIn(120)) {
        operator.orderHere();
      }
      strike();
      step();
    }
    calm();
  }

  private void publish(int number) {
    for (int i = 0; i < number; i++) {
      var builder =
          Task.to(chance.of(ModelBroker.QUEUES), handler())
              .id("t" + published.size())
              .batch(chance.oneIn(2) ? "b" + chance.below(3) : null)
              .replyTo(chance.oneIn(4) ? "reply" : null)
              .publishedAt(now.plus(publisherAhead));
      if (chance.oneIn(12)) {
        builder.notBefore(now.plusSeconds(chance.below(20)));
      }
      if (chance.oneIn(12)) {
        builder.expiration(Duration.ofSeconds(1 + chance.below(30)));
      }
      if (chance.oneIn(12)) {
        builder.expiresAt(now.plus(publisherAhead).plusSeconds(1 + chance.below(30)));
      }
      if (chance.oneIn(12)) {
        builder.timeout(Duration.ofMillis(500));
      }
      if (chance.oneIn(8)) {
        builder.maxAttempts(1 + chance.below(2));
      }
      var task = builder.build();
      published.add(task.id());
      broker.publish(task, now);
      // A publisher that heard no confirm publishes again.
      if (chance.oneIn(faults.rarity(Fault.REFUSE) * 3)) {
        broker.publish(task, now);
      }
    }
  }

  private String handler() {
    return switch (chance.below(25)) {
      case 0 -> "unknown";
      case 1 -> "poison";
      default -> "work";
    };
  }

  private void strike() {
    var one = chance.of(controllers);
    if (chance.oneIn(faults.rarity(Fault.CRASH))) {
      one.crashAWorker();
    }
    if (chance.oneIn(faults.rarity(Fault.KILL_CONTROLLER))) {
      one.kill(Duration.ofMillis(chance.below(30_000)));
    }
    if (chance.oneIn(faults.rarity(Fault.FREEZE))) {
      one.freeze(Duration.ofMillis(chance.below(40_000)));
    }
    if (chance.oneIn(faults.rarity(Fault.STOP))) {
      one.askToStop();
    }
    if (chance.oneIn(faults.rarity(Fault.CUT))) {
      one.links.cut(Duration.ofMillis(chance.below(40_000)));
    }
    if (chance.oneIn(faults.rarity(Fault.LOSE_TASKS))) {
      one.links.loseTasks();
    }
    if (chance.oneIn(faults.rarity(Fault.LOSE_ORDERS))) {
      one.links.loseOrders();
    }
    if (chance.oneIn(faults.rarity(Fault.END_CONSUMPTION))) {
      one.links.endConsumption();
    }
    if (chance.oneIn(faults.rarity(Fault.RESTART_BROKER)) && broker.up) {
      broker.up = false;
      brokerBack = now.plusMillis(chance.below(20_000));
      controllers.forEach(each -> each.links.loseTasks());
      controllers.forEach(each -> each.links.loseOrders());
    }
    if (chance.oneIn(faults.rarity(Fault.ALARM)) && !broker.blocked) {
      broker.blocked = true;
      unblocked = now.plusMillis(chance.below(20_000));
    }
    if (chance.oneIn(faults.rarity(Fault.LOSE_LOG)) && !broker.log.isEmpty()) {
      broker.log.subList(0, 1 + chance.below(broker.log.size())).clear();
    }
    if (chance.oneIn(faults.rarity(Fault.TRIP)) && broker.armed) {
      broker.armed = false;
      controllers.forEach(each -> each.links.tripwirePulled());
    }
  }

  /** One thing happens of all that can happen now. */
  private void step() {
    steps++;
    passMillis(chance.below(15));
    tick();
    turns.clear();
    for (var controller : controllers) {
      controller.addTurns(turns);
    }
    turns.addAll(operator.sending);
    if (!laters.isEmpty()) {
      turns.add(runLater);
    }
    if (turns.isEmpty() || chance.oneIn(15)) {
      jump();
    } else {
      chance.of(turns).run();
    }
  }

  private void tick() {
    broker.up |= !now.isBefore(brokerBack);
    broker.blocked &= now.isBefore(unblocked);
    broker.tick(now);
    checks.verdict.tick();
    controllers.forEach(ModelController::tick);
  }

  /** Nothing happens until something is due. */
  private void jump() {
    var first = broker.nextDue();
    if (!broker.up) {
      first = ModelController.earlier(first, brokerBack);
    }
    if (broker.blocked) {
      first = ModelController.earlier(first, unblocked);
    }
    for (var controller : controllers) {
      first = ModelController.earlier(first, controller.nextDue());
    }
    if (first != null && first.isAfter(now)) {
      now = first;
    }
  }

  /** No more faults; every hold is lifted, and everybody is there again. */
  private void calm() {
    faults = Faults.NONE;
    long limit = steps + 60_000;
    while (controllers.stream().anyMatch(controller -> !controller.isConnected())
        || !operator.sending.isEmpty()) {
      steppingUpTo(limit);
    }
    // Later than anybody's clock has been.
    var latest = now.plus(operator.mostAhead());
    for (var controller : controllers) {
      latest = Collections.max(List.of(latest, controller.wall()));
    }
    var later = latest.plusSeconds(5);
    while (now.isBefore(later)) {
      passMillis(50);
      steppingUpTo(limit);
    }
    operator.setClocks();
    operator.resumeAll(published);
    int rounds = 0;
    while (!isOver()) {
      steppingUpTo(limit);
      if (++rounds % 1500 == 0) {
        operator.joinUnanswered();
        operator.resumeAllAgain();
      }
    }
    checks.rest.atRest(published);
  }

  private void steppingUpTo(long limit) {
    if (steps > limit) {
      var states = new StringBuilder();
      for (var controller : controllers) {
        states.append("\n  ").append(controller.id).append(' ').append(controller.state());
      }
      throw new Violation(
          Check.EVERYTHING_ENDS,
          "it goes on without end: %s%s%s"
              .formatted(
                  broker, operator.sending.isEmpty() ? "" : ", orders on their way", states));
    }
    step();
  }

  private boolean isOver() {
    if (!broker.isEmpty() || !laters.isEmpty() || !operator.sending.isEmpty()) {
      return false;
    }
    for (var controller : controllers) {
      if (!controller.isQuiet() || !operator.unanswered(controller.id).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
